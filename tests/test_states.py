"""The table of states: every edge in it can be walked, every other is refused."""

from itertools import product

import pytest

from storage.states import (
    DELIVERY_EDGES,
    POST_EDGES,
    DeliveryState,
    ForbiddenEdge,
    PostState,
    advance,
)


@pytest.mark.parametrize("old,new", list(product(PostState, PostState)))
def test_a_post_walks_the_edges_of_the_table_and_no_other(old: PostState, new: PostState) -> None:
    if (old, new) in POST_EDGES:
        assert advance(old, new) is new
    else:
        with pytest.raises(ForbiddenEdge):
            advance(old, new)


@pytest.mark.parametrize("old,new", list(product(DeliveryState, DeliveryState)))
def test_a_delivery_walks_the_edges_of_the_table_and_no_other(old: DeliveryState, new: DeliveryState) -> None:
    if (old, new) in DELIVERY_EDGES:
        assert advance(old, new) is new
    else:
        with pytest.raises(ForbiddenEdge):
            advance(old, new)


def test_no_edge_leaves_a_released_post() -> None:
    assert not [edge for edge in POST_EDGES if edge[0] is PostState.RELEASED]


def test_what_is_published_stays_published() -> None:
    assert not [edge for edge in DELIVERY_EDGES if edge[0] is DeliveryState.PUBLISHED]
