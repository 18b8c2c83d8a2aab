"""The engine's modules, named one by one: nothing is loaded that is not here."""

from pathlib import Path

CORE = """
res_timing_timerfd res_crypto res_sorcery_config res_sorcery_memory res_sorcery_astdb
res_http_websocket res_websocket_client res_cdrel_custom res_musiconhold res_security_log
bridge_builtin_features bridge_simple bridge_native_rtp bridge_softmix
codec_a_mu codec_alaw codec_ulaw codec_g722 codec_resample codec_opus_open_source
format_pcm format_sln format_wav
func_callerid func_channel func_cut func_groupcount func_hangupcause func_jitterbuffer func_logic
func_periodic_hook func_strings func_talkdetect func_uri
pbx_config
app_chanspy app_dial app_echo app_mixmonitor app_playback app_stack app_verbose
cel_custom
"""

SIP = """
res_pjproject res_pjsip res_pjsip_session res_pjsip_acl res_pjsip_authenticator_digest
res_pjsip_outbound_authenticator_digest res_pjsip_outbound_registration res_pjsip_caller_id
res_pjsip_diversion res_pjsip_dlg_options res_pjsip_dtmf_info res_pjsip_empty_info
res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_header_funcs res_pjsip_logger
res_pjsip_maintenance res_pjsip_nat res_pjsip_path res_pjsip_pubsub res_pjsip_refer res_pjsip_registrar
res_pjsip_rfc3326 res_pjsip_sdp_rtp res_pjsip_transport_websocket
res_rtp_asterisk res_srtp res_format_attr_opus
func_pjsip_aor func_pjsip_contact func_pjsip_endpoint
chan_pjsip chan_bridge_media
"""

ARI = """
res_ari_model res_ari res_stasis res_stasis_answer res_stasis_playback res_stasis_recording res_stasis_snoop
app_stasis
res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels res_ari_endpoints res_ari_events
res_ari_playbacks res_ari_recordings
"""


# not in every release we accept; what needs them there is met otherwise or is built in
RECENT = {"res_cdrel_custom", "res_websocket_client"}


def names(folder: Path) -> list[str]:
    """What to load from this modules folder."""
    wanted = [*CORE.split(), *SIP.split(), *ARI.split()]
    return [name for name in wanted if name not in RECENT or (folder / f"{name}.so").is_file()]
