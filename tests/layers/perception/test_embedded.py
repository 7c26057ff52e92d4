"""The real networks on pictures of people: rendered, drawn, and one photograph."""

from __future__ import annotations

import av
import numpy as np
import pytest

from tests.layers.perception.seen import Pixels, filmed, person, portrait, shown
from visavis.errors import ModelUnavailable
from visavis.layers.perception.base import Face, Picture
from visavis.layers.perception.conditions import Conditions
from visavis.layers.perception.embedded import EmbeddedPerception
from visavis.layers.perception.pictures import picture
from visavis.layers.replica.drawn import DrawnReplica
from visavis.media.sounds import Mouth

WHO = ("african woman", "asian man", "old european woman")


@pytest.fixture(scope="module")
def engine() -> EmbeddedPerception:
    return EmbeddedPerception()


def only(engine: EmbeddedPerception, rgba: Pixels) -> Face:
    (face,) = engine.eyes().look(Picture(0.0, rgba)).faces
    return face


@pytest.mark.parametrize("who", WHO)
def test_expressions_of_different_people_are_noticed_and_nothing_else_is(engine, who):
    for act in ("smiling", "surprised", "frowning", "eyes closed"):
        scenes = (
            (person(f"{who} neutral"), 6.0),
            (person(f"{who} {act}"), 3.0),
            (person(f"{who} neutral"), 3.0),
        )
        changes = list(shown(engine.eyes(), Conditions(), *scenes))
        assert [(change.condition, change.began) for change in changes] == [
            ("present", True), (act, True), (act, False)
        ]  # fmt: skip
        assert 6.0 <= changes[1].at < 6.6 and 8.7 <= changes[2].at < 9.6
        assert changes[1].confidence > 0.8


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("where", ["head turned", "eyes turned"])
def test_looking_away_with_the_head_or_the_eyes_alone(engine, who, where):
    scenes = (person(f"{who} neutral"), 3.0), (person(f"{who} {where}"), 3.0), (person(f"{who} neutral"), 2.0)
    changes = list(shown(engine.eyes(), Conditions(), *scenes))
    assert [(change.condition, change.began) for change in changes] == [
        ("present", True), ("looking away", True), ("looking away", False)
    ]  # fmt: skip


def test_people_come_and_go(engine):
    alone, two, nobody = person("african woman neutral"), person("two people"), person("nobody")
    changes = list(shown(engine.eyes(), Conditions(), (alone, 2.0), (two, 3.0), (alone, 4.0), (nobody, 5.0)))
    told = [(change.condition, change.began) for change in changes]
    assert told[:3] == [("present", True), ("second person", True), ("second person", False)]
    assert ("left", True) in told
    assert len(engine.eyes().look(Picture(0.0, two)).faces) == 2


def test_a_photograph_is_read_whichever_way_it_is_turned_lit_or_sized(engine):
    photo = portrait()
    face = only(engine, photo)
    assert face.smile.value > 0.7 and face.smile.confidence > 0.8
    assert face.looking.value > 0.6 and face.eyes_closed.value < 0.3
    mirrored = only(engine, np.ascontiguousarray(photo[:, ::-1]))
    assert mirrored.yaw == pytest.approx(-face.yaw, abs=4)
    assert mirrored.roll == pytest.approx(-face.roll, abs=3)
    dim = (photo * np.array([0.4, 0.4, 0.4, 1.0])).astype(np.uint8)
    assert only(engine, dim).smile.value > 0.7
    small = np.zeros((480, 640, 4), np.uint8)
    small[100:356, 200:456] = photo[::2, ::2]
    assert only(engine, small).smile.value > 0.6
    assert only(engine, small).distance > 1.5 * face.distance * 512 / 640


def test_head_angles_have_the_right_sign_and_distance_the_right_size(engine):
    straight, turned = (
        only(engine, person("asian man neutral")),
        only(engine, person("asian man head turned")),
    )
    assert abs(straight.yaw) < 5 and 25 < turned.yaw < 50
    assert straight.distance == pytest.approx(0.6, rel=0.15)
    (far,) = engine_after_a_while(engine, person("far"))
    assert far.distance == pytest.approx(1.8, rel=0.2)


def engine_after_a_while(engine: EmbeddedPerception, rgba: Pixels) -> tuple[Face, ...]:
    """Faces far away are looked for window by window."""
    eyes = engine.eyes()
    for index in range(4):
        faces = eyes.look(filmed(rgba, index / 4)).faces
    return faces


def test_the_drawn_replica_is_seen_to_smile(engine):
    replica = DrawnReplica(320, 240, seed=3)
    amounts = []
    for emotion in ("neutral", "happy"):
        replica.emotion = emotion
        frames = [replica.render(0.04, "idle", Mouth()) for _ in range(25)]
        frame = av.VideoFrame.from_ndarray(frames[-1], format="yuv420p")
        (face,) = engine.eyes().look(picture(frame, 0.0)).faces
        amounts.append(face.smile.value)
    assert amounts[1] > amounts[0] + 0.3


def test_a_still_picture_is_not_looked_at_twice(engine):
    eyes = engine.eyes()
    first = eyes.look(Picture(0.0, person("asian man smiling")))
    again = eyes.look(Picture(0.25, person("asian man smiling")))
    assert not first.still and again.still
    assert (again.at, again.faces) == (0.25, first.faces)
    assert not eyes.look(Picture(0.5, person("asian man neutral"))).still


def test_faces_on_a_shared_screen_are_not_the_participant_s(engine):
    sight = engine.eyes().look(Picture(1.0, person("asian man smiling"), "screen"))
    assert (sight.origin, sight.faces, sight.lighting) == ("screen", (), None)


def test_light_is_told_and_a_dark_skin_is_no_dark_room(engine):
    eyes = engine.eyes()
    kinds = [eyes.look(Picture(0.0, person(name))).lighting for name in ("dark", "african woman neutral")]
    assert [light.kind for light in kinds if light] == ["dark", "good"]
    glaring = np.full((480, 640, 4), 255, np.uint8)
    light = eyes.look(Picture(1.0, glaring)).lighting
    assert light and light.kind == "bright"


@pytest.mark.parametrize("size", [(2, 2), (640, 4), (4096, 2)])
def test_frames_with_next_to_nothing_in_them_show_nobody(engine, size):
    eyes = engine.eyes()
    for shade in (0, 0, 200):
        pixels = np.full((size[1], size[0], 3), shade, np.uint8)
        assert eyes.look(picture(av.VideoFrame.from_ndarray(pixels, "rgb24"), 0.0)).faces == ()


def test_frames_of_any_format_and_size_become_small_pictures():
    frame = av.VideoFrame.from_ndarray(np.full((1080, 1920, 3), 200, np.uint8), format="rgb24")
    small = picture(frame.reformat(format="nv12"), 2.0, "camera")
    assert small.rgba.shape == (360, 640, 4)
    assert abs(int(small.rgba[100, 100, 0]) - 200) < 4
    tiny = picture(av.VideoFrame(160, 120, "yuv420p"), 2.0)
    assert tiny.rgba.shape == (120, 160, 4)


def test_a_file_that_is_no_bundle_is_refused_by_name(tmp_path):
    (tmp_path / "other.task").write_bytes(b"something else")
    with pytest.raises(ModelUnavailable, match=r"face-landmarker.*holds no face_detector\.tflite"):
        EmbeddedPerception(tmp_path / "other.task")
