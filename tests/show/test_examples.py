"""Examples of functions of carekit/show that are not on the face."""

import pandas as pd

from carekit.show.tables import table_estimates


def test_example_of_table_estimates():

    rates = pd.DataFrame(
        {"network": ["x"], "n": [1200], "estimate": [0.301], "ci_low": [0.276], "ci_high": [0.328]}
    )
    assert (table_estimates(rates, caption="Of requests on X").rows) == (
        ("X (Twitter)", "1\u202f200", "30.1\xa0%", "27.6 to 32.8\xa0%"),
    )
