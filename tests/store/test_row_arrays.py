"""Arrays of texts go to PostgreSQL as literals, and come out as they were."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.storable import storable
from app.domain.words import Channel
from app.store.database import Database
from app.store.row_arrays import RowArrays, array_literal
from tests.conftest import create_tenant

TEXTS = st.lists(st.none() | st.text(max_size=20).map(storable) | st.text('{},"\\ \n\tNULL', max_size=6), max_size=10)


@given(st.lists(TEXTS, min_size=50, max_size=50))
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
async def test_texts_come_back_as_they_were(database: Database, arrays: list[list[str | None]]) -> None:
    arrays += [[], [""], [None], ["NULL", None, "null"], [Channel.SMS], ['"', "\\", '\\"', "},{"]]
    names = [f"a{n}" for n in range(len(arrays))]
    texts = RowArrays("given", dict.fromkeys(names, "text"))
    found = [f"(array_agg({name} ORDER BY place))[1:{len(array)}]" for name, array in zip(names, arrays, strict=True)]
    read = sa.text(f"SELECT jsonb_build_array({', '.join(found)}) FROM {texts.rows}")
    async with database.begin(await create_tenant(database)) as tx:
        assert await tx.scalar(read, **texts.values(dict(zip(names, arrays, strict=True)))) == arrays


@pytest.mark.parametrize("texts", [["a\x00,b"], ["a\x00N", None], ["\x00"], ["a\x00", "b"]])
def test_a_text_that_holds_what_ends_one_is_refused(texts: list[str | None]) -> None:
    with pytest.raises(ValueError, match="NUL"):
        array_literal(texts)
