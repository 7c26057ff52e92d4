"""After set-up nothing needs the network: a spoken conversation with every interface but loopback gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.material import speech

ROOT = Path(__file__).parents[2]
INSIDE = """
import fcntl, socket, struct, sys
import pytest
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    fcntl.ioctl(probe, 0x8914, struct.pack('16sh', b'lo', 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
    try:
        probe.connect(('192.0.2.1', 9))
    except OSError:
        pass
    else:
        sys.exit('there is still a route to the world')
tests = ['-k', 'spoken_words or typed', 'tests/e2e/test_spoken.py']
sys.exit(pytest.main(['-q', '-p', 'no:cacheprovider', *tests]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
@pytest.mark.timeout(400)
def test_a_conversation_works_with_the_network_cut_off() -> None:
    speech("jfk")  # test material is fetched while there is a network
    done = subprocess.run(
        ["unshare", "--net", "--map-root-user", sys.executable, "-c", INSIDE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=380,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "2 passed" in done.stdout
