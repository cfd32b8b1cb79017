"""Personal data out of posts that are about to enter a dataset: for every importer and collector.

Handles are no business of this module: the door has given them keyed pseudonyms already, so that
conversations still link, and the accounts of brands stay.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from carekit.dataset.atomic import replacing

_BATCH = 20_000


def redact_posts(path: Path) -> int:
    """Redact the texts of a staged Parquet file of posts, in place."""
    from carekit.text.personal_data import redact

    n_changed = 0
    with pq.ParquetFile(path) as source, replacing(path) as temporary:
        schema = source.schema_arrow
        place = schema.get_field_index("text")
        with pq.ParquetWriter(temporary, schema, compression="snappy") as writer:
            for batch in source.iter_batches(batch_size=_BATCH):
                before = batch.column(place)
                after = redact(before.to_pandas().astype(object))
                made = pa.array(
                    after.astype(object).where(after.notna(), None), schema.types[place]
                )
                texts = zip(before.to_pylist(), made.to_pylist(), strict=True)
                n_changed += sum(old != new for old, new in texts)
                writer.write_batch(batch.set_column(place, schema.field(place), made))
    return n_changed
