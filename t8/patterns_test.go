package t8

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The forms take what is of the form and refuse what is not.
func TestPatterns(t *testing.T) {
	for name, is := range map[string]struct{ good, bad string }{ // parted by |
		"bitrate":    {"0 bps|1 Kbps|1.5 Mbps|10.25 Gbps|007 Tbps", "1|bps|1 kbps|1.5Mbps|1. Mbps|.5 Mbps|-1 bps|1e3 bps|1 bps |1  bps|1,5 Mbps"},
		"enb":        {"MacroeNB-34B89|LMacroeNB-34B890|SMacroeNB-34b89|HomeeNB-34B8901", "MacroeNB-34B8|MacroeNB-34B890|LMacroeNB-34B89|eNB-34B89|HomeeNB-|34B89|MacroeNB-34B8g"},
		"errorrate":  {"1E-3|0E-0|9E-9", "1e-3|1E3|10E-3|1E-10|E-3|1E-"},
		"fqdn":       {"a.bc|example.com|as-1.example.com.|1.2.museum|" + strings.Repeat("a", 63) + ".com", "com|.com|example|-a.com|a-.com|a..com|a.c|a.c1|a_b.com|example.com..|" + strings.Repeat("a", 64) + ".com"},
		"hex":        {"0|aF9", "g|0x1| 1"},
		"hex2":       {"0f", "f|00f|0g"},
		"hex4":       {"0aF9", "0aF|0aF90"},
		"hex6":       {"0aF901", "0aF90|0aF9012"},
		"hex6to8":    {"0aF901|0aF9012|0aF90123", "0aF90|0aF901234|0aF90g"},
		"hex7":       {"0aF9012", "0aF901|0aF90123"},
		"hex9":       {"0aF901234", "0aF90123|0aF9012345"},
		"hex11":      {"0aF90123456", "0aF9012345|0aF901234567"},
		"ipv4":       {"0.0.0.0|198.51.100.1|255.255.255.255", "1.2.3|1.2.3.4.5|1.2.3.256|01.2.3.4|1.2.3.4 |::1|a.b.c.d|1..2.3"},
		"ipv6":       {"::|::1|2001:db8::1|2001:db8:0:0:1:0:0:1|1:2:3:4:5:6:7:8|1:2:3:4:5:6:7::|::2:3:4:5:6:7:8", ":|1::2::3|1:2:3:4:5:6:7|1:2:3:4:5:6:7:8:9|2001:DB8::1|2001:0db8::1|::00|::1%eth0|::ffff:1.2.3.4|198.51.100.1|12345::|g::|:1::2|1:::2"},
		"ipv6prefix": {"::/0|2001:db8::/32|2001:db8:abcd:12::0/64|::1/128|::/99", "2001:db8::|::/129|::/064|::/|::/-1|2001:DB8::/32|::/1/2|/64|10.0.0.0/8|::/1000"},
		"mac":        {"00-11-22-aa-bb-CC", "00:11:22:aa:bb:cc|00-11-22-aa-bb|00-11-22-aa-bb-cc-dd|0011-22-aa-bb-ccc|00-11-22-aa-bb-cg|001122aabbcc"},
		"mcc":        {"001", "1|01|0001|0a1"},
		"mnc":        {"01|001", "1|0001|a1"},
		"ngenb":      {"MacroNGeNB-34b89|LMacroNGeNB-34b890|SMacroNGeNB-34b89", "MacroNGeNB-34b890|LMacroNGeNB-34b89|HomeeNB-34b8901|MacroNGeNB|-34b89"},
		"share":      {"0.00|0.99|1.00", "0|1|0.5|1.01|1.000|.50|00.5|-0.1"},
		"tac":        {"00aF|00aF01", "00a|00aF0|00aF012|00ag"},
		"tac8":       {"01234567", "0123456|012345678|0123456a"},
		"upperhex16": {"0123456789ABCDEF", "0123456789abcdef|0123456789ABCDE|0123456789ABCDEFF"},
		"upperhex20": {"0123456789ABCDEF0123", "0123456789abcdef0123|0123456789ABCDEF012|0123456789ABCDEF01234"},
	} {
		check := patterns[name]
		require.NotNil(t, check, name)
		for s := range strings.SplitSeq(is.good, "|") {
			require.NoError(t, check(s), "%s: %q", name, s)
		}
		for s := range strings.SplitSeq(is.bad, "|") {
			err := check(s)
			require.Error(t, err, "%s: %q", name, s)
			require.Regexp(t, "^must ", err.Error())
		}
	}
}

// The forms are those of the standard: they judge as its regular expressions do whatever comes.
func TestPatternsAreThoseOfTheStandard(t *testing.T) {
	const v6 = `((:|(0?|([1-9a-f][0-9a-f]{0,3}))):)((0?|([1-9a-f][0-9a-f]{0,3})):){0,6}(:|(0?|([1-9a-f][0-9a-f]{0,3})))`
	const v6too = `(([^:]+:){7}([^:]+))|((([^:]+:)*[^:]+)?::(([^:]+:)*[^:]+)?)`
	for name, of := range map[string]struct {
		pieces string // that strings are made of, parted by blanks; _ is a blank
		exprs  []string
	}{
		"bitrate":    {"0 12 . _ bps Kbps Mbps Gbps Tbps M", []string{`^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$`}},
		"enb":        {"Macro eNB Home eNB L S - 0 aB 12345", []string{`^(MacroeNB-[A-Fa-f0-9]{5}|LMacroeNB-[A-Fa-f0-9]{6}|SMacroeNB-[A-Fa-f0-9]{5}|HomeeNB-[A-Fa-f0-9]{7})$`}},
		"errorrate":  {"0 9 E- E - 1", []string{`^([0-9]E-[0-9])$`}},
		"fqdn":       {"a . - 1 com Bc Z _", []string{`^([0-9A-Za-z]([-0-9A-Za-z]{0,61}[0-9A-Za-z])?\.)+[A-Za-z]{2,63}\.?$`}},
		"hex6to8":    {"0 f A 99 g", []string{`^[A-Fa-f0-9]{6,8}$`}},
		"ipv4":       {"0 1 . . . 25 5 9 6 a", []string{`^(([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$`}},
		"ipv6":       {"0 : : : : :: 1 a f db8 2001 A . %", []string{`^` + v6 + `$`, `^(` + v6too + `)$`}},
		"ipv6prefix": {"0: : 1: a: f: :: db8 / 64 1 2 8", []string{`^` + v6 + `(\/(([0-9])|([0-9]{2})|(1[0-1][0-9])|(12[0-8])))$`, `^(` + v6too + `)(\/.+)$`, `/(0|[1-9]\d*)$`}},
		"mac":        {"0a 1F - - - g 2", []string{`^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$`}},
		"mnc":        {"0 1 a", []string{`^\d{2,3}$`}},
		"ngenb":      {"Macro NGeNB L S - 0 aB 12345", []string{`^(MacroNGeNB-[A-Fa-f0-9]{5}|LMacroNGeNB-[A-Fa-f0-9]{6}|SMacroNGeNB-[A-Fa-f0-9]{5})$`}},
		"share":      {"0 . 1 00 5 9", []string{`^(0\.\d{2}|1\.00)$`}},
		"tac":        {"0 f A 99 g", []string{`(^[A-Fa-f0-9]{4}$)|(^[A-Fa-f0-9]{6}$)`}},
		"upperhex16": {"0 F AB 012345 a", []string{`^[0-9A-F]{16}$`}},
	} {
		var exprs []*regexp.Regexp
		for _, e := range of.exprs {
			exprs = append(exprs, regexp.MustCompile(e))
		}
		pieces := strings.Fields(of.pieces)
		random := rand.New(rand.NewPCG(1, 2))
		for range 20000 {
			var b strings.Builder
			for range 1 + random.IntN(17) {
				b.WriteString(strings.ReplaceAll(pieces[random.IntN(len(pieces))], "_", " "))
			}
			s, want := b.String(), true
			for _, e := range exprs {
				want = want && e.MatchString(s)
			}
			require.Equal(t, want, patterns[name](s) == nil, "%s: %q", name, s)
		}
	}
}
