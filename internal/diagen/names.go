package diagen

import (
	gotoken "go/token"
	"strings"
	"unicode"
)

// initialisms are written in capitals in Go names.
var initialisms = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`UE UES IMSI SCEF SCS AS NIDD PDN APN PLMN PCO DRMP ID IDS RAT RRC OLR OC IP IPV4 IPV6 EPS MSISDN TDA
		CMR CMA ODR ODA TDR NIR NIA CIR CIA RIR RIA MTC IMEI IMEISV LMSI AVP URI URL MME SGSN MSC HSS CSG EUTRAN UTRAN GERAN
		ECGI TAI NAS RAU TAU TTL DL UL TLS TCP SCTP IMS NB NR LTE GAN HSPA UMB HRPD EHRPD WLAN UTC QOS QCI SMS SM CP AESE MONTE
		IWK RDS TMGI MBMS AF SDP BSSGP GMM RANAP S1AP S6T T4 CDMA2000 NIDD LEO MEO GEO`) {
		m[w] = true
	}
	return m
}()

var special = map[string]string{
	"3GPP": "ThreeGPP", "3GPP2": "ThreeGPP2", "IoT": "IoT", "eNodeB": "ENodeB", "eDRX": "EDRX", "UEs": "UEs", "N3GA": "N3GA",
	"IPv4": "IPv4", "IPv6": "IPv6", "IPv4v6": "IPv4v6", "BBF": "BBF",
}

// GoName spells the name of an AVP, message or value the Go way: Session-Id is SessionID, 3GPP-MS-TimeZone is
// ThreeGPPMSTimeZone, NO_STATE_MAINTAINED is NoStateMaintained.
func GoName(s string) string {
	var b strings.Builder
	words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	loud := s == strings.ToUpper(s) // the whole name is in capitals, so they say nothing
	for i := 0; i < len(words); i++ {
		w := words[i]
		up := strings.ToUpper(w)
		if up == "E" && i+1 < len(words) && strings.ToUpper(words[i+1]) == "UTRAN" {
			continue // E-UTRAN
		}
		if i > 0 && up == "UTRAN" && strings.ToUpper(words[i-1]) == "E" {
			w, up = "EUTRAN", "EUTRAN"
		}
		switch sp, ok := special[w]; {
		case ok:
			b.WriteString(sp)
		case initialisms[up] && (loud || w == up || strings.EqualFold(w, "id") || strings.EqualFold(w, "ids")):
			b.WriteString(up)
		case loud && len(w) > 1:
			b.WriteString(up[:1] + strings.ToLower(w[1:]))
		default:
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	out := b.String()
	if out == "" || !gotoken.IsIdentifier(out) {
		out = "N" + out
	}
	return out
}
