"""``/v2/replicas``, and the same under its newer name ``/v2/faces`` (PROTOCOL 2.3)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Query
from pydantic import AliasChoices, Field, model_validator

from visavis.server.description.replies import Replica as ReplicaReply
from visavis.server.description.replies import ReplicaList, replies
from visavis.server.errors import Refusal
from visavis.server.resources.catalogue import REPLICAS, VERA, Replica
from visavis.server.routes.paging import Limit, Page, comma_list, listing, offset
from visavis.server.services import StrictRoute
from visavis.server.views import replica_view
from visavis.session.bodies import URL, Body

router = APIRouter(prefix="/v2", tags=["replicas"], route_class=StrictRoute)

Kind = Annotated[
    Literal["user", "system", "all"] | None,
    Query(description="Whose: those of users, or those of the server."),
]
Ids = Annotated[str, Query(max_length=10_000, description="A comma list.")]
NO_TRAINING = (
    "this server trains no replicas yet: nothing was kept, and no callback will come; "
    f"conversations take {VERA.id}, which comes with the server"
)
BUILT_IN = "a replica that comes with the server cannot be "


class Training(Body):
    """The body of ``POST``: who is to be trained, from a video or a picture."""

    replica_name: str = Field("", max_length=255, validation_alias=AliasChoices("replica_name", "face_name"))
    train_video_url: URL = ""
    train_image_url: URL = ""
    voice_name: str = ""
    consent_video_url: URL = ""
    model_name: str = ""
    callback_url: URL = ""
    auto_fix_training_image: bool = False
    properties: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if bool(self.train_video_url) == bool(self.train_image_url):
            raise ValueError("train_video_url or train_image_url is required, and not both")
        return self


class Rename(Body):
    """The body of ``PATCH``."""

    replica_name: str = Field(
        min_length=1, max_length=255, validation_alias=AliasChoices("replica_name", "face_name")
    )


@router.post("/faces", responses=replies(ReplicaReply))
@router.post("/replicas", responses=replies(ReplicaReply))
async def train(body: Training) -> dict[str, Any]:
    """Train a replica: not built yet, every request is answered 400 and nothing is kept."""
    raise Refusal(400, NO_TRAINING)


@router.get("/faces", responses=replies(ReplicaList))
@router.get("/replicas", responses=replies(ReplicaList))
async def list_(
    limit: Limit = 10,
    page: Page = 1,
    replica_type: Kind = None,
    face_type: Kind = None,
    replica_ids: Ids = "",
    face_ids: Ids = "",
    model_name: str = "",
    verbose: bool = False,
) -> dict[str, Any]:
    """The replicas that can appear in a conversation; ``verbose`` changes nothing, all is told anyway."""
    kind = replica_type or face_type
    wanted = {*comma_list(replica_ids), *comma_list(face_ids)}
    found = [
        replica
        for replica in REPLICAS.values()
        if kind != "user"
        and (not wanted or replica.id in wanted)
        and (not model_name or replica.model_name == model_name)
    ]
    start = offset(limit, page)
    return listing([replica_view(replica) for replica in found[start : start + limit]], len(found))


@router.get("/faces/{replica_id}", responses=replies(ReplicaReply))
@router.get("/replicas/{replica_id}", responses=replies(ReplicaReply))
async def get(replica_id: str, verbose: bool = False) -> dict[str, Any]:
    """One replica."""
    return replica_view(_find(replica_id))


@router.patch("/faces/{replica_id}/name", responses=replies(ReplicaReply))
@router.patch("/replicas/{replica_id}/name", responses=replies(ReplicaReply))
async def rename(replica_id: str, body: Rename) -> dict[str, Any]:
    """Rename a replica of one's own; there are none yet, and those of the server keep their names (400)."""
    raise Refusal(400, f"{BUILT_IN}renamed: {_find(replica_id).id}")


@router.delete("/faces/{replica_id}")
@router.delete("/replicas/{replica_id}")
async def delete(replica_id: str, hard: bool = False) -> None:
    """Forget a replica of one's own; there are none yet, and those of the server stay (400)."""
    raise Refusal(400, f"{BUILT_IN}deleted: {_find(replica_id).id}")


def _find(replica_id: str) -> Replica:
    if replica_id not in REPLICAS:
        raise Refusal(400, "Invalid replica_id")
    return REPLICAS[replica_id]
