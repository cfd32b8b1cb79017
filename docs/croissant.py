"""data/measured/croissant.json, from datapackage.json: `python docs/croissant.py`.

It needs `pip install mlcroissant` (written with 1.1.1), in an environment of its own: the package
brings graphs and linked data that nothing else here asks for. A test holds the file against the tables.
"""

from __future__ import annotations

import json
from pathlib import Path

import mlcroissant as mlc

FOLDER = Path(__file__).resolve().parents[1] / "data" / "measured"
TYPES = {
    "integer": mlc.DataType.INTEGER,
    "number": mlc.DataType.FLOAT,
    "boolean": mlc.DataType.BOOL,
    "string": mlc.DataType.TEXT,
}


def described() -> mlc.Metadata:
    """The tables of datapackage.json as files, and their columns as sets of records."""
    package = json.loads((FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    files, records = [], []
    for one in package["resources"]:
        files.append(
            mlc.FileObject(
                id=one["path"],
                name=one["path"],
                content_url=one["path"],
                content_size=f"{one['bytes']} B",
                encoding_formats=["text/csv"],
                sha256=one["hash"].removeprefix("sha256:"),
            )
        )
        fields = [
            mlc.Field(
                id=f"{one['name']}/{column['name']}",
                name=column["name"],
                description=column["description"],
                data_types=[TYPES[column["type"]]],
                source=mlc.Source(
                    file_object=one["path"], extract=mlc.Extract(column=column["name"])
                ),
            )
            for column in one["schema"]["fields"]
        ]
        records.append(
            mlc.RecordSet(id=one["name"], name=one["name"], description=one["title"], fields=fields)
        )
    return mlc.Metadata(
        name=package["name"],
        description=f"{package['title']}. {package['description']}",
        distribution=files,
        record_sets=records,
    )


if __name__ == "__main__":
    text = json.dumps(described().to_json(), indent=1, ensure_ascii=False, default=str)
    (FOLDER / "croissant.json").write_text(text + "\n", encoding="utf-8", newline="\n")
