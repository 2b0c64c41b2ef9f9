"""Whoever passes a dataset on finds there what the licences of its models ask for."""

from __future__ import annotations

import pytest

from simgen.dataset.attribution import attribution, licence_url


def entry(name: str, licence: str, author: str, source: str = "") -> dict[str, object]:
    return {"asset_id": f"pack:{name}", "name": name, "licence": licence, "author": author, "source": source}


@pytest.mark.parametrize(
    ("licence", "url"),
    [
        ("CC-BY-3.0", "https://creativecommons.org/licenses/by/3.0/"),
        ("CC-BY-3.0-US", "https://creativecommons.org/licenses/by/3.0/us/"),
        ("CC-BY-SA-4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("Apache-2.0", "https://spdx.org/licenses/Apache-2.0.html"),
        ("Zlib", "https://spdx.org/licenses/Zlib.html"),
        ("unknown", ""),
        ("ask the author", ""),
        ("", ""),
    ],
)
def test_a_licence_is_linked_by_its_spdx_name(licence: str, url: str) -> None:
    assert licence_url(licence) == url


def test_works_stand_by_licence_and_author_each_once() -> None:
    text = attribution(
        [
            entry("mug", "CC-BY-3.0", "Ada", "a shop of models"),
            entry("jug", "CC-BY-3.0", "Ada", "a shop of models"),
            entry("jug", "CC-BY-3.0", "Ada", "a shop of models"),
            entry("sky", "CC0-1.0", "Ben", "Ben"),
            entry("", "", ""),
        ]
    )
    assert text.index("## CC-BY-3.0\n\n<https://creativecommons.org/licenses/by/3.0/>") < text.index(
        "## CC0-1.0"
    )
    assert "- Ada (a shop of models): jug, mug\n" in text
    assert "- Ben: sky\n" in text
    assert "## Licence unknown\n\n- author unknown: pack:" in text


def test_what_was_changed_is_told() -> None:
    assert "simplified where they are far away" in attribution([])
