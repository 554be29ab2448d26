package t6a_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/sim/pcap"
	"github.com/scefkit/scefkit/t6a"
)

// dissect has tshark, which knows nothing of this module, read a message of the protocol that its dissector has the name
// of, and returns the values of fields. Several values of one field are joined with commas.
func dissect(t *testing.T, protocol string, message []byte, fields ...string) map[string]string {
	t.Helper()
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	var file bytes.Buffer
	w := pcap.NewWriter(&file)
	w.PDU(time.Unix(0, 0), protocol, message)
	require.NoError(t, w.Flush())
	path := filepath.Join(t.TempDir(), "message.pcapng")
	require.NoError(t, os.WriteFile(path, file.Bytes(), 0o600))

	args := []string{"-r", path, "-T", "fields", "-E", "separator=|"}
	for _, f := range append(fields, "_ws.malformed") {
		args = append(args, "-e", f)
	}
	cmd := exec.Command(tshark, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.Output()
	require.NoError(t, err)
	values := strings.Split(strings.TrimSuffix(string(out), "\n"), "|")
	require.Len(t, values, len(fields)+1)
	require.Empty(t, values[len(fields)], "malformed")
	got := map[string]string{}
	for i, f := range fields {
		got[f] = values[i]
	}
	return got
}

// keys returns the fields that are wanted.
func keys(want map[string]string) (fields []string) {
	for f := range want {
		fields = append(fields, f)
	}
	return fields
}

// TestWiresharkValues has tshark read the values of package tgpp.
func TestWiresharkValues(t *testing.T) {
	test := tgpp.PLMN{MCC: "001", MNC: "01"}
	three := tgpp.PLMN{MCC: "310", MNC: "410"}
	area, cell := tgpp.TAI{PLMN: test, TAC: 0x1a2b}, tgpp.ECGI{PLMN: three, ECI: 0x1a2b3c4}
	m := &diameter.Message{Flags: diameter.FlagRequest | diameter.FlagProxiable, Command: t6a.CodeCMR, App: t6a.App}
	add := func(code diameter.AVPCode, vendor diameter.VendorID) func([]byte, error) {
		return func(b []byte, err error) {
			require.NoError(t, err)
			m.AVPs = diameter.AppendString(m.AVPs, code, vendor, 0, b)
		}
	}
	for _, u := range []tgpp.UserLocation{
		{Type: tgpp.LocationCGI, CGI: tgpp.CGI{PLMN: three, LAC: 0x1a2b, CI: 0x3c4d}},
		{Type: tgpp.LocationSAI, SAI: tgpp.SAI{PLMN: three, LAC: 0x1a2c, SAC: 0x3c4e}},
		{Type: tgpp.LocationRAI, RAI: tgpp.RAI{PLMN: three, LAC: 0x1a2d, RAC: 0x3c}},
		{Type: tgpp.LocationTAI, TAI: area},
		{Type: tgpp.LocationECGI, ECGI: cell},
		{Type: tgpp.LocationTAIAndECGI, TAI: area, ECGI: cell},
		{Type: tgpp.LocationENodeB, ENodeB: tgpp.ENodeB{PLMN: test, Kind: tgpp.MacroENodeB, ID: 0xa2b3c}},
		{Type: tgpp.LocationTAIAndENodeB, TAI: area, ENodeB: tgpp.ENodeB{PLMN: test, Kind: tgpp.MacroENodeB, ID: 0xa2b3d}},
		{Type: tgpp.LocationExtendedENodeB, ENodeB: tgpp.ENodeB{PLMN: test, Kind: tgpp.ShortMacroENodeB, ID: 0x22b3c}},
		{Type: tgpp.LocationTAIAndExtendedENodeB, TAI: area, ENodeB: tgpp.ENodeB{PLMN: test, Kind: tgpp.LongMacroENodeB, ID: 0x1a2b3c}},
	} {
		add(22, diameter.Vendor3GPP)(u.Append(nil))
	}
	add(1407, diameter.Vendor3GPP)(three.Append(nil))
	add(23, diameter.Vendor3GPP)(tgpp.TimeZone{Offset: -5 * time.Hour, DST: time.Hour}.Append(nil))
	add(900, diameter.Vendor3GPP)(tgpp.TMGI{ServiceID: 0x1a2b3c, PLMN: test}.Append(nil))
	add(903, diameter.Vendor3GPP)(tgpp.AppendMBMSServiceArea(nil, []uint16{4660, 22136}))
	add(904, diameter.Vendor3GPP)(tgpp.AppendMBMSSessionDuration(nil, 73*time.Hour))
	add(701, diameter.Vendor3GPP)(tgpp.AppendMSISDN(nil, "15551230002"))
	add(97, 0)(tgpp.AppendFramedIPv6Prefix(nil, netip.MustParsePrefix("2001:db8:1:2::/64")))
	add(8, 0)(tgpp.AppendFramedIPAddress(nil, netip.MustParseAddr("192.0.2.1")))

	want := map[string]string{
		"gtpv2.glt":                          "0,1,2,128,129,130,131,132,133,134",
		"gtpv2.uli_cgi_lac":                  "0x1a2b",
		"gtpv2.uli_cgi_ci":                   "15437",
		"gtpv2.sai_lac":                      "0x1a2c",
		"gtpv2.sai_sac":                      "0x3c4e",
		"gtpv2.rai_lac":                      "0x1a2d",
		"gtpv2.rai_rac":                      "0x3cff", // of two octets, the second one filled
		"gtpv2.tai_tac":                      "0x1a2b,0x1a2b,0x1a2b,0x1a2b",
		"gtpv2.ecgi_eci":                     "27440068,27440068",
		"gtpv2.macro_enodeb_id":              "0x0a2b3c,0x0a2b3d",
		"gtpv2.ext_macro_enodeb_id":          "0x022b3c,0x1a2b3c",
		"e212.cgi.mcc":                       "310",
		"e212.cgi.mnc":                       "410",
		"e212.tai.mcc":                       "1,1,1,1",
		"e212.tai.mnc":                       "1,1,1,1",
		"e212.mcc":                           "1,1,1,1,310,1",
		"e212.mnc":                           "1,1,1,1,410,1",
		"diameter.3gpp.timezone_adjustment":  "1",
		"diameter.3gpp.mbms_service_id":      "0x1a2b3c",
		"gtp.mbms_sa_code":                   "4660,22136",
		"gtp.mbms_ses_dur_days":              "3",
		"gtp.mbms_ses_dur_s":                 "3600",
		"e164.msisdn":                        "15551230002",
		"diameter.framed_ipv6_prefix_length": "64",
		"diameter.framed_ipv6_prefix_ipv6":   "2001:db8:1:2::",
		"diameter.Framed-IP-Address.IPv4":    "192.0.2.1",
		"diameter.3gpp.3gpp_timezone":        "20",
	}
	require.Equal(t, want, dissect(t, "diameter", m.Append(nil), keys(want)...))
}

// TestWiresharkContainers has tshark read Extended-PCO where it knows it best: in an Activate Default EPS Bearer Context
// Request (TS 24.301 §8.3.6).
func TestWiresharkContainers(t *testing.T) {
	mtu, err := t6a.AppendNonIPLinkMTU(nil, 1400)
	require.NoError(t, err)
	rate, err := t6a.APNRateControl{Unit: t6a.RatePerDay, ExceptionReports: true, MaxUplink: 1193046}.Append(nil)
	require.NoError(t, err)
	exception, err := t6a.ExceptionRateControl{Unit: t6a.RatePerWeek, MaxUplink: 511}.Append(nil)
	require.NoError(t, err)
	pco, err := t6a.ExtendedPCO{
		{ID: t6a.ContainerNonIPLinkMTU, Contents: mtu},
		{ID: 0x0030, Contents: []byte("abc")},
		{ID: t6a.ContainerAPNRateControl, Contents: rate},
		{ID: t6a.ContainerRDS},
		{ID: t6a.ContainerExceptionData, Contents: exception},
	}.AppendToUE(nil)
	require.NoError(t, err)
	nas := []byte{0x52, 1, 0xc1, 1, 9, 2, 1, 'a', 5, 5, 0, 0, 0, 0, 0x7b} // bearer 5, QCI 9, APN "a", PDN type non-IP
	nas = binary.BigEndian.AppendUint16(nas, uint16(len(pco)))

	want := map[string]string{
		"gsm_a.gm.sm.pco_pid":                                   "0x0015,0x0030,0x0016,0x0018,0x0019",
		"gsm_a.gm.sm.pco.non_ip_link_mtu_size":                  "1400",
		"gsm_a.gm.sm.pco.apn_rate_ctrl_params.aer":              "1",
		"gsm_a.gm.sm.pco.apn_rate_ctrl_params.ul_time_unit":     "3",
		"gsm_a.gm.sm.pco.apn_rate_ctrl_params.max_ul_rate":      "1193046",
		"gsm_a.gm.sm.pco.add_apn_rate_ctrl_params.ul_time_unit": "4",
		"gsm_a.gm.sm.pco.add_apn_rate_ctrl_params.max_ul_rate":  "511",
	}
	require.Equal(t, want, dissect(t, "nas-eps_plain", append(nas, pco...), keys(want)...))
}
