import asyncio
import ipaddress
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trust.fetch import (
    AuthorityFetch,
    FetchError,
    FetchFailed,
    FetchReason,
    FetchRefused,
    GuardedFetch,
    Posted,
    is_public_address,
)
from tests.counterparts.hostile_host import HostileHost, certificate_for, names

JSON = "application/json"


async def reason_of(fetch, url, *, max_bytes=1000):
    with pytest.raises(FetchError) as caught:
        await fetch(url, max_bytes=max_bytes, accept=JSON)
    return caught.value


@pytest.fixture
async def host():
    async with HostileHost() as host:
        yield host


@pytest.fixture
async def fetch(host):
    fetch = GuardedFetch(exceptions=[host.exception], total_seconds=1.0)
    yield fetch
    await fetch.aclose()


class TestWhatIsNeverAsked:
    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("http://issuer.example/did.json", FetchReason.NOT_HTTPS),
            ("ftp://issuer.example/did.json", FetchReason.NOT_HTTPS),
            ("file:///etc/passwd", FetchReason.NOT_HTTPS),
            ("gopher://issuer.example/", FetchReason.NOT_HTTPS),
            ("https://name:secret@issuer.example/", FetchReason.USER_INFORMATION),
            ("https://name@issuer.example/", FetchReason.USER_INFORMATION),
            ("https://@issuer.example/", FetchReason.USER_INFORMATION),
            ("https://issuer.example:8443/", FetchReason.PORT_NOT_ALLOWED),
            ("https://issuer.example:22/", FetchReason.PORT_NOT_ALLOWED),
            ("https://issuer.example:0/", FetchReason.PORT_NOT_ALLOWED),
            ("https://issuer.example:99999/", FetchReason.PORT_NOT_ALLOWED),
            ("https://", FetchReason.MALFORMED_URL),
            ("https:///did.json", FetchReason.MALFORMED_URL),
            ("https://issuer.example\\@evil.example/", FetchReason.MALFORMED_URL),
            ("https://issuer.example/\r\nX-Injected: 1", FetchReason.MALFORMED_URL),
            ("https://issuer example/", FetchReason.MALFORMED_URL),
            ("https://[::1%25eth0]/", FetchReason.MALFORMED_URL),
            ("https://issüer.example/", FetchReason.MALFORMED_URL),
            ("https://issuer.example/" + "a" * 3000, FetchReason.MALFORMED_URL),
        ],
    )
    async def test_a_url_that_is_not_plain_https_is_refused_before_any_lookup(self, url, reason):
        asked = []

        async def resolve(host, port):
            asked.append(host)
            return ["93.184.216.34"]

        error = await reason_of(GuardedFetch(resolve=resolve), url)
        assert (type(error), error.reason, asked) == (FetchRefused, reason, [])

    @pytest.mark.parametrize(
        "literal",
        [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fe80::1%eth0",
            "fc00::1",
            "fec0::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:93.184.216.34",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "not an address",
        ],
    )
    async def test_a_name_that_means_no_public_address_is_refused(self, literal):
        error = await reason_of(GuardedFetch(resolve=names(issuer_example=literal)), "https://issuer.example/")
        assert (type(error), error.reason) == (FetchRefused, FetchReason.ADDRESS_NOT_PUBLIC)

    @pytest.mark.parametrize("literal", ["93.184.216.34", "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946"])
    def test_ordinary_addresses_of_the_internet_are_public(self, literal):
        assert is_public_address(literal)

    async def test_one_private_address_among_public_ones_condemns_the_name(self):
        resolve = names(issuer_example=["93.184.216.34", "127.0.0.1"])
        error = await reason_of(GuardedFetch(resolve=resolve), "https://issuer.example/")
        assert error.reason is FetchReason.ADDRESS_NOT_PUBLIC

    @pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/"])
    async def test_address_literals_in_any_spelling_are_checked_like_names(self, url):
        error = await reason_of(GuardedFetch(), url)
        assert error.reason in {FetchReason.ADDRESS_NOT_PUBLIC, FetchReason.MALFORMED_URL}

    @given(st.ip_addresses())
    def test_nothing_that_python_calls_local_is_public(self, address):
        local = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
        local = local or address.is_reserved or address.is_unspecified
        # The NAT64 and 6to4 anycast blocks moved between these properties from one release to the next.
        if local and not is_in_a_global_exception(address):
            assert not is_public_address(str(address))

    @given(st.ip_addresses(v=4))
    def test_an_ipv4_address_stays_out_in_every_ipv6_disguise(self, address):
        number = int(address)
        for disguise in (number, (0xFFFF << 32) | number, (0x64FF9B << 96) | number, (0x2002 << 112) | (number << 80)):
            assert not is_public_address(str(ipaddress.IPv6Address(disguise)))

    async def test_the_off_switch_refuses_everything(self, host):
        fetch = GuardedFetch(enabled=False, exceptions=[host.exception])
        assert (await reason_of(fetch, host.origin + "/")).reason is FetchReason.SWITCHED_OFF
        assert host.seen == []

    async def test_an_exception_is_for_its_exact_host_and_port_only(self, host):
        fetch = GuardedFetch(exceptions=[("localhost", host.port + 1), ("other.example", host.port)])
        assert (await reason_of(fetch, host.origin + "/")).reason is FetchReason.NOT_HTTPS
        assert (await reason_of(fetch, f"https://localhost:{host.port}/")).reason is FetchReason.PORT_NOT_ALLOWED
        assert host.seen == []


def is_in_a_global_exception(address):
    return any(
        address.version == network.version and address in network
        for network in map(ipaddress.ip_network, ["192.0.0.9/32", "192.0.0.10/32", "2001::/23"])
    )


class TestNamesThatChange:
    async def test_a_name_is_looked_up_once_and_the_checked_address_is_the_one_called(self):
        answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
        asked = []

        async def rebinding(host, port):
            asked.append(host)
            return next(answers)

        # The test run blocks every address but loopback, and says which one was called.
        with pytest.warns(UserWarning, match=r"93\.184\.216\.34"), pytest.raises(ExceptionGroup, match="unhandled"):
            await GuardedFetch(resolve=rebinding)("https://issuer.example/", max_bytes=10, accept=JSON)
        assert asked == ["issuer.example"]

    async def test_the_name_travels_as_host_and_the_address_is_only_dialled(self, host):
        host.serve("/x", b"{}")
        fetch = GuardedFetch(exceptions=[("issuer.example", host.port)], resolve=names(issuer_example="127.0.0.1"))
        fetched = await fetch(f"http://issuer.example:{host.port}/x", max_bytes=10, accept=JSON)
        assert fetched.content == b"{}"
        assert host.seen[0].host == f"issuer.example:{host.port}"

    async def test_a_second_address_is_tried_when_the_first_does_not_answer(self, host):
        host.serve("/x", b"{}")
        fetch = GuardedFetch(
            exceptions=[("issuer.example", host.port)], resolve=names(issuer_example=["::1", "127.0.0.1"])
        )
        # Nothing listens on the first one: the host is bound to 127.0.0.1 only.
        fetched = await fetch(f"http://issuer.example:{host.port}/x", max_bytes=10, accept=JSON)
        assert fetched.content == b"{}"

    async def test_an_unknown_name_has_its_own_reason(self):
        error = await reason_of(GuardedFetch(resolve=names()), "https://issuer.example/")
        assert (type(error), error.reason) == (FetchFailed, FetchReason.NAME_NOT_FOUND)

    async def test_a_name_that_takes_for_ever_ends_with_the_total_time(self):
        async def never(host, port):
            await asyncio.sleep(60)

        error = await reason_of(GuardedFetch(resolve=never, total_seconds=0.1), "https://issuer.example/")
        assert error.reason is FetchReason.TIMED_OUT


class TestWhatAHostMayAnswer:
    async def test_a_plain_answer_comes_back_with_its_media_type(self, host, fetch):
        host.serve("/did.json", b'{"a":1}', media_type="application/did+json; charset=utf-8")
        fetched = await fetch(host.origin + "/did.json", max_bytes=1000, accept="application/did+json")
        assert (fetched.content, fetched.media_type) == (b'{"a":1}', "application/did+json")
        asked = host.seen[0].headers
        assert (asked["accept"], asked["accept-encoding"]) == ("application/did+json", "identity")
        assert "cookie" not in asked
        assert "authorization" not in asked

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_no_redirect_is_followed_not_even_to_itself(self, host, fetch, status):
        host.redirect("/did.json", host.origin + "/secret", status)
        host.serve("/secret", b"{}")
        assert (await reason_of(fetch, host.origin + "/did.json")).reason is FetchReason.REDIRECTED
        assert [seen.path for seen in host.seen] == ["/did.json"]

    async def test_a_redirect_to_cloud_metadata_reaches_nothing(self, host, fetch):
        host.redirect("/did.json", "http://169.254.169.254/latest/meta-data/")
        assert (await reason_of(fetch, host.origin + "/did.json")).reason is FetchReason.REDIRECTED

    @pytest.mark.parametrize("status", [204, 300, 304, 401, 404, 410, 500, 503])
    async def test_only_200_is_an_answer(self, host, fetch, status):
        host.fail("/did.json", status)
        error = await reason_of(fetch, host.origin + "/did.json")
        assert error.reason in {FetchReason.STATUS_NOT_OK, FetchReason.PROTOCOL_ERROR}

    async def test_the_byte_limit_is_exact(self, host, fetch):
        host.serve("/fits", b"x" * 1000)
        host.serve("/over", b"x" * 1001)
        assert len((await fetch(host.origin + "/fits", max_bytes=1000, accept=JSON)).content) == 1000
        assert (await reason_of(fetch, host.origin + "/over")).reason is FetchReason.TOO_LARGE

    async def test_an_endless_body_ends_at_the_byte_limit(self, host, fetch):
        host.endless("/did.json")
        assert (await reason_of(fetch, host.origin + "/did.json", max_bytes=65536)).reason is FetchReason.TOO_LARGE

    async def test_endless_headers_end_too(self, host, fetch):
        host.endless_headers("/did.json")
        assert (await reason_of(fetch, host.origin + "/did.json")).reason is FetchReason.PROTOCOL_ERROR

    async def test_promises_without_end_get_the_total_time(self, host):
        host.endless_promises("/did.json")
        fetch = GuardedFetch(exceptions=[host.exception], total_seconds=0.3)
        assert (await reason_of(fetch, host.origin + "/did.json")).reason is FetchReason.TIMED_OUT
        await fetch.aclose()

    async def test_a_body_in_crumbs_ends_long_before_the_byte_limit(self, host, fetch):
        host.crumbs("/did.json")
        error = await reason_of(fetch, host.origin + "/did.json", max_bytes=2**21)
        assert error.reason is FetchReason.PROTOCOL_ERROR

    @pytest.mark.parametrize(
        "media_type",
        ["application/vc", "application/vc+jwt", "application/did+ld+json", "text/plain; charset=utf-8", ""],
    )
    async def test_data_is_taken_under_each_of_its_names(self, host, fetch, media_type):
        host.serve("/x", b"{}", media_type=media_type)
        assert (await fetch(host.origin + "/x", max_bytes=10, accept=JSON)).content == b"{}"

    @pytest.mark.parametrize(
        "media_type",
        ["text/html", "image/svg+xml", "application/javascript", "multipart/mixed", "application/zip", "x"],
    )
    async def test_pages_pictures_and_programs_are_no_data(self, host, fetch, media_type):
        host.serve("/x", b"{}", media_type=media_type)
        assert (await reason_of(fetch, host.origin + "/x")).reason is FetchReason.MEDIA_TYPE

    async def test_compressed_answers_are_not_unpacked(self, host, fetch):
        host.serve("/did.json", b"\x1f\x8b", content_encoding="gzip")
        assert (await reason_of(fetch, host.origin + "/did.json")).reason is FetchReason.CONTENT_ENCODED

    @pytest.mark.parametrize("behaviour", ["never_answer", "drip"])
    async def test_a_slow_host_gets_the_total_time_and_not_a_moment_more(self, host, behaviour):
        getattr(host, behaviour)("/did.json")
        fetch = GuardedFetch(exceptions=[host.exception], total_seconds=0.3)
        before = asyncio.get_running_loop().time()
        assert (await reason_of(fetch, host.origin + "/did.json", max_bytes=10**6)).reason is FetchReason.TIMED_OUT
        assert asyncio.get_running_loop().time() - before < 1.5
        await fetch.aclose()

    @pytest.mark.parametrize("behaviour", ["speak_nonsense", "hang_up"])
    async def test_what_is_not_http_is_a_failure_with_a_name(self, host, fetch, behaviour):
        getattr(host, behaviour)("/did.json")
        assert (await reason_of(fetch, host.origin + "/did.json")).reason is FetchReason.PROTOCOL_ERROR

    async def test_a_closed_port_is_unreachable(self, host, fetch):
        await host.__aexit__()
        host_port = fetch._exceptions
        (name, port) = next(iter(host_port))
        assert (await reason_of(fetch, f"http://{name}:{port}/")).reason is FetchReason.UNREACHABLE
        await host.__aenter__()


class TestManyAtOnce:
    async def test_one_host_gets_few_requests_at_a_time(self, host):
        host.slow("/x", b"{}", seconds=0.05)
        fetch = GuardedFetch(exceptions=[host.exception], requests_per_host=2)
        await asyncio.gather(*(fetch(host.origin + "/x", max_bytes=10, accept=JSON) for _ in range(8)))
        assert host.most_in_flight <= 2
        assert fetch._hosts == {}
        await fetch.aclose()

    async def test_beyond_the_number_in_all_the_answer_is_busy_at_once(self, host):
        host.slow("/x", b"{}", seconds=0.2)
        fetch = GuardedFetch(exceptions=[host.exception], requests_in_all=2)
        answers = await asyncio.gather(
            *(fetch(host.origin + "/x", max_bytes=10, accept=JSON) for _ in range(5)), return_exceptions=True
        )
        assert [answer.reason for answer in answers if isinstance(answer, FetchError)] == [FetchReason.BUSY] * 3
        await fetch.aclose()


class TestTls:
    @pytest.fixture
    async def secure_host(self, tmp_path):
        authority, chain = certificate_for("issuer.example")
        (tmp_path / "chain.pem").write_bytes(chain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "chain.pem")
        async with HostileHost(tls=context) as host:
            host.trust = ssl.create_default_context(cadata=authority)
            yield host

    def fetch_of(self, host, name, *, tls):
        return GuardedFetch(
            exceptions=[(name, host.port)], resolve=names(**{name.replace(".", "_"): "127.0.0.1"}), tls=tls
        )

    async def test_the_certificate_must_be_for_the_name_and_the_name_is_sent_as_sni(self, secure_host):
        secure_host.serve("/x", b"{}")
        fetch = self.fetch_of(secure_host, "issuer.example", tls=secure_host.trust)
        fetched = await fetch(f"https://issuer.example:{secure_host.port}/x", max_bytes=10, accept=JSON)
        assert fetched.content == b"{}"
        assert secure_host.server_names == ["issuer.example"]

    async def test_a_certificate_for_another_name_is_refused(self, secure_host):
        fetch = self.fetch_of(secure_host, "other.example", tls=secure_host.trust)
        error = await reason_of(fetch, f"https://other.example:{secure_host.port}/x")
        assert (error.reason, secure_host.seen) == (FetchReason.TLS_FAILED, [])

    async def test_a_certificate_nobody_vouches_for_is_refused(self, secure_host):
        fetch = self.fetch_of(secure_host, "issuer.example", tls=None)
        error = await reason_of(fetch, f"https://issuer.example:{secure_host.port}/x")
        assert (error.reason, secure_host.seen) == (FetchReason.TLS_FAILED, [])


class TestAuthorities:
    """What certificates point at is asked over http too, and nothing else is let through for it."""

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("http://authority.example/list.crl", FetchReason.ADDRESS_NOT_PUBLIC),
            ("http://authority.example:8080/list.crl", FetchReason.PORT_NOT_ALLOWED),
            ("http://name:secret@authority.example/list.crl", FetchReason.USER_INFORMATION),
            ("ldap://authority.example/cn=list", FetchReason.NOT_HTTPS),
        ],
    )
    async def test_http_opens_neither_private_addresses_nor_other_ports(self, url, reason):
        error = await reason_of(AuthorityFetch(resolve=names(authority_example="169.254.169.254")), url)
        assert (type(error), error.reason) == (FetchRefused, reason)

    async def test_what_is_posted_arrives_and_a_page_is_no_answer(self, host):
        fetch = AuthorityFetch(exceptions=[host.exception])
        host.serve("/ocsp", b"answer", media_type="application/ocsp-response")
        host.serve("/page", b"<html>", media_type="text/html")
        posted = Posted(b"question", "application/ocsp-request")
        found = await fetch(f"{host.origin}/ocsp", max_bytes=100, accept="*/*", posted=posted)
        assert found.content == b"answer"
        assert host.seen[0].headers["content-type"] == "application/ocsp-request"
        assert host.seen[0].headers["content-length"] == "8"
        assert (await reason_of(fetch, f"{host.origin}/page")).reason is FetchReason.MEDIA_TYPE
        await fetch.aclose()
