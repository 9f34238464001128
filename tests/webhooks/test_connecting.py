"""Where webhooks may lead, and how one is called: checked, bounded, never redirected."""

import socket
import ssl
import threading
import time

import pytest

from crm.webhooks import addresses, connect
from crm.webhooks.addresses import address_errors, find_addresses, is_public, target_of
from crm.webhooks.connect import MAX_ANSWER, post
from tests.webhooks.certificate import PEM
from tests.webhooks.receiver import receiving

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "2002:7f00:1::", "2001::1", "2001:db8::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
    "fec0::1", "ff02::1", "ff0e::1", "100::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450:400f:801::200e"]


@pytest.mark.parametrize("address", PRIVATE)
def test_it_is_private(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_it_is_public(address):
    assert is_public(address)


class Names:
    """A name service. It may answer otherwise the next time."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.real = socket.getaddrinfo

    def __call__(self, host, port, *args, **options):
        if host.startswith("127."):
            return self.real(host, port, *args, **options)
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in answer]


@pytest.fixture
def names(monkeypatch):
    def use(*answers):
        service = Names(*answers)
        monkeypatch.setattr(addresses.socket, "getaddrinfo", service)
        return service

    return use


WRONG = [
    "", "x", "example.com/x", "//example.com", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)",
    "https://", "https:///x", "https://a:b@example.com/", "https://a@example.com/", "https://example.com:0x/",
    "https://example.com:70000/", "https://example.com/#x", "https://example.com/a b", "https://exa\nmple.com/",
    "https://example.com/\r\nX: y", "https://bücher.example/", "https://example.com\\@10.0.0.1/", "https://[::1",
]  # fmt: skip


class TestAddresses:
    @pytest.mark.parametrize("url", WRONG)
    @pytest.mark.parametrize("private", [False, True])
    def test_it_is_no_address(self, url, private, settings, names):
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = private
        service = names(["8.8.8.8"])
        assert "Enter an address such as" in str(address_errors(url)[0])
        assert not service.asked

    def test_a_public_one_is_taken(self, names):
        service = names(["93.184.216.34"])
        assert address_errors("https://hooks.example:8443/a?b=c") == []
        assert service.asked == ["hooks.example"]

    def test_it_must_be_https(self, names):
        names(["93.184.216.34"])
        assert "https://" in str(address_errors("http://hooks.example/")[0])

    @pytest.mark.parametrize("found", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"]])
    def test_a_name_of_a_private_one_is_refused(self, names, found):
        names(found)
        assert "private network" in str(address_errors("https://hooks.example/")[0])

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "127.1",
            "localhost",
            "2130706433",
            "0177.0.0.1",
            "0x7f.1",
            "0",
            "[::1]",
            "[::ffff:7f00:1]",
        ],
    )
    def test_whatever_way_it_is_written(self, host):
        assert "private network" in str(address_errors(f"https://{host}/")[0])

    def test_one_that_leads_nowhere_now_is_taken(self, names):
        names(socket.gaierror("unknown"))
        assert address_errors("https://hooks.example/") == []

    def test_a_name_service_that_hangs_is_not_waited_for(self, monkeypatch):
        go_on = threading.Event()
        monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *args, **options: go_on.wait(20) and [])
        with pytest.raises(TimeoutError):
            find_addresses(target_of("https://hooks.example/"), seconds=0.1)
        go_on.set()

    def test_the_setting_opens_the_own_network(self, settings):
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
        assert address_errors("http://127.0.0.1:8080/hook") == []


class TestCalling:
    def test_a_name_that_became_private_since_is_not_called(self, names):
        with receiving() as receiver:
            names(["93.184.216.34"], ["127.0.0.1"])
            url = receiver.url.replace("127.0.0.1", "hooks.example").replace("http:", "https:")
            assert address_errors(url) == []
            answer = post(url, b"{}", {})
            assert (answer.status, answer.error) == (
                None,
                "Forbidden: hooks.example leads to 127.0.0.1, which is not a public address",
            )
            assert not receiver.messages

    def test_what_is_called_is_the_address_that_was_checked(self, receiver, names):
        """The name is asked once; a second answer could be another one."""
        service = names(["127.0.0.1"], ["10.255.255.1"])
        answer = post(receiver.url.replace("127.0.0.1", "hooks.example"), b"{}", {"webhook-id": "1"})
        assert (answer.status, service.asked) == (204, ["hooks.example"])
        assert receiver.messages[0].headers["host"].startswith("hooks.example:")

    def test_the_next_address_is_tried_where_one_does_not_answer(self, receiver, names):
        names(["127.0.0.2", "127.0.0.1"])
        assert post(receiver.url.replace("127.0.0.1", "hooks.example"), b"{}", {}).status == 204

    def test_a_redirect_is_an_answer_and_not_followed(self, receiver):
        def redirect(handler):
            handler.send_response(302)
            handler.send_header("Location", "/elsewhere")
            handler.end_headers()

        receiver.reactions = [redirect]
        assert post(receiver.url, b"{}", {}).status == 302
        assert len(receiver.messages) == 1

    def test_an_answer_is_read_up_to_a_limit(self, receiver):
        def flood(handler):
            handler.send_response(200)
            handler.end_headers()
            for __ in range(100):
                handler.wfile.write(b"x" * MAX_ANSWER)

        receiver.usual = flood
        answer = post(receiver.url, b"{}", {})
        assert (answer.status, len(answer.text)) == (200, MAX_ANSWER)

    @pytest.mark.parametrize("where", ["before", "headers", "body"])
    def test_one_that_drips_is_cut_off(self, receiver, monkeypatch, where):
        over = threading.Event()

        def drip(handler):
            parts = {"before": b"", "headers": b"HTTP/1.1 200 OK\r\n", "body": b"HTTP/1.1 200 OK\r\n\r\n"}
            handler.wfile.write(parts[where])
            while not over.wait(0.05) and where != "before":
                handler.wfile.write(b"X: y\r\n")
            over.wait(10)

        receiver.usual = drip
        monkeypatch.setattr(connect, "TIMEOUT_SECONDS", 0.5)
        started = time.monotonic()
        answer = post(receiver.url, b"{}", {})
        over.set()
        assert time.monotonic() - started < 5
        if where == "body":
            assert (answer.status, answer.text[:6]) == (200, "X: y\r\n")
        else:
            assert answer.status is None
            assert answer.error.startswith("TimeoutError: ")

    @pytest.mark.parametrize("reply", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 9999 x\r\n\r\n", b"\xff" * 100_000])
    def test_what_does_not_speak_http_is_an_error(self, receiver, reply):
        receiver.usual = lambda handler: handler.wfile.write(reply)
        answer = post(receiver.url, b"{}", {})
        assert answer.status is None
        assert answer.error

    def test_nobody_there_is_an_error(self, settings):
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            answer = post(f"http://127.0.0.1:{probe.getsockname()[1]}/", b"{}", {})
        assert answer.error.startswith("ConnectionRefusedError")


class TestTls:
    @pytest.fixture
    def secure(self, tmp_path, settings, names):
        """A server with a certificate for hooks.example; the names that it was asked for."""
        settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True
        names(["127.0.0.1"])
        path = tmp_path / "server.pem"
        path.write_text(PEM)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        asked = []
        context.sni_callback = lambda sock, name, context: asked.append(name)
        with receiving(context) as receiver:
            yield receiver, asked, path

    def test_an_unknown_certificate_is_refused(self, secure):
        receiver, *__ = secure
        answer = post(receiver.url.replace("127.0.0.1", "hooks.example"), b"{}", {})
        assert answer.error.startswith("SSLCertVerificationError")
        assert not receiver.messages

    def test_the_name_is_asked_for_and_checked_although_the_address_is_called(self, secure, monkeypatch):
        receiver, asked, path = secure
        trusting = ssl.create_default_context(cafile=str(path))
        monkeypatch.setattr(connect.ssl, "create_default_context", lambda: trusting)
        assert post(receiver.url.replace("127.0.0.1", "hooks.example"), b"{}", {}).status == 204
        assert asked == ["hooks.example"]
        answer = post(receiver.url.replace("127.0.0.1", "other.example"), b"{}", {})
        assert answer.error.startswith("SSLCertVerificationError")
