"""The engine's objects for agents' devices and trunks, as fields to push. Pure."""

from ipaddress import ip_address

from andon.telephony.model import Peer, Trunk

Fields = dict[str, str]
# (type, id, fields) in the order in which they must exist
Objects = list[tuple[str, str, Fields]]


# Sound off by more than the first begins anew; the second is waited on top of what the jitter asks for.
EVEN_AGAIN_MS, EVEN_SPARE_MS = 2000, 20
TRUNK = "trunk-"


def trunk_id(name: str) -> str:
    """The engine's name of a trunk; the prefix keeps trunks and agents apart."""
    return TRUNK + name


def trunk_name(endpoint: str) -> str:
    return endpoint.removeprefix(TRUNK)


PEER = "node-"


def peer_id(name: str) -> str:
    """The engine's name of another node; the prefix keeps it apart from trunks and agents."""
    return PEER + name


def _media(media_address: str) -> Fields:
    fields = {"direct_media": "no", "rtp_symmetric": "yes"}
    if not ip_address(media_address).is_unspecified:
        fields |= {"media_address": media_address, "bind_rtp_to_media_address": "yes"}
    return fields


def agent_objects(
    username: str, secret: str, webrtc: bool, *, media_address: str, rtp_timeout_s: int, even_out_ms: int = 0
) -> Objects:
    """What a browser says and comes late, in a burst, is evened out by up to `even_out_ms`."""
    endpoint: Fields = {
        "context": "from-agent",
        "disallow": "all",
        "allow": "opus,alaw,ulaw" if webrtc else "alaw,ulaw,opus",
        "auth": username,
        "aors": username,
        "identify_by": "username",
        "dtmf_mode": "auto_info",
        "force_rport": "yes",
        "rewrite_contact": "yes",
        "allow_transfer": "no",
        "allow_subscribe": "no",
        "trust_id_inbound": "no",
        "send_pai": "no",
        "send_connected_line": "no",
        "rtp_timeout": str(rtp_timeout_s),
        "rtp_timeout_hold": "0",
        # A browser keeps its way open itself (ICE), and takes the engine's comfort noise for a packet lost.
        "rtp_keepalive": "0" if webrtc else "1",
        **_media(media_address),
    }
    if webrtc:
        endpoint |= {"webrtc": "yes", "dtls_auto_generate_cert": "yes"}
        if even_out_ms:
            endpoint["set_var"] = f"JITTERBUFFER(adaptive)={even_out_ms},{EVEN_AGAIN_MS},{EVEN_SPARE_MS}"
    return [
        ("auth", username, {"auth_type": "userpass", "username": username, "password": secret}),
        (
            "aor",
            username,
            {
                "max_contacts": "1",
                "remove_existing": "yes",
                "minimum_expiration": "30",
                "default_expiration": "120",
                "maximum_expiration": "600",
                "qualify_frequency": "30",
                "qualify_timeout": "5",
            },
        ),
        ("endpoint", username, endpoint),
    ]


def trunk_objects(trunk: Trunk, *, media_address: str, rtp_timeout_s: int) -> Objects:
    name = trunk_id(trunk.name)
    aor: Fields = {"contact": f"sip:{_host(trunk.host)}:{trunk.port};transport={trunk.transport}"}
    endpoint: Fields = {
        "context": "from-trunk",
        "disallow": "all",
        "allow": "alaw,ulaw,g722,opus",
        "aors": name,
        "dtmf_mode": "auto",
        "allow_transfer": "no",
        "allow_subscribe": "no",
        "trust_id_inbound": "yes",
        "send_connected_line": "no",
        "rtp_timeout": str(rtp_timeout_s),
        "rtp_timeout_hold": "0",
        "rtp_keepalive": "1",
        "identify_by": "ip",
        **_media(media_address),
    }
    identify: Fields = {"endpoint": name, "match": trunk.host}
    objects: Objects = [("aor", name, aor), ("endpoint", name, endpoint), ("identify", name, identify)]
    if not trunk.username:
        return objects
    endpoint["outbound_auth"] = name
    auth = {"auth_type": "userpass", "username": trunk.username, "password": trunk.secret}
    return [("auth", name, auth), *objects]


def peer_objects(peer: Peer, own: str, *, media_address: str, rtp_timeout_s: int) -> Objects:
    """Another node: calls to devices registered there, and from there to devices registered at `own`."""
    name = peer_id(peer.name)
    return [
        ("auth", name, {"auth_type": "userpass", "username": PEER + "all", "password": peer.secret}),
        ("aor", name, {"contact": f"sip:{_host(peer.host)}:{peer.port}"}),
        (
            "endpoint",
            name,
            {
                "context": "from-node",
                "disallow": "all",
                "allow": "alaw,ulaw,opus",
                "auth": name,
                "outbound_auth": name,
                "aors": name,
                "identify_by": "username",
                "from_user": peer_id(own),
                "dtmf_mode": "auto_info",
                "allow_transfer": "no",
                "allow_subscribe": "no",
                "send_pai": "yes",
                "trust_id_inbound": "yes",
                "trust_id_outbound": "yes",
                "send_connected_line": "no",
                "moh_passthrough": "yes",  # a device that holds is heard of where the call is
                "rtp_timeout": str(rtp_timeout_s),
                "rtp_timeout_hold": "0",
                "rtp_keepalive": "1",
                **_media(media_address),
            },
        ),
    ]


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
