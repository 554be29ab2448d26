package t8

import (
	"errors"
	"net/netip"
	"strings"
)

// patterns are the forms of strings that tags name; each says what is wanted. The empty string never comes here.
var patterns = map[string]func(string) error{
	"bitrate":    form(isBitRate, "must be a bit rate as 1.5 Mbps: a number, a space, and bps, Kbps, Mbps, Gbps or Tbps"),
	"enb":        form(isENB, "must name an eNodeB as MacroeNB-34b89 (or LMacroeNB-, SMacroeNB-, HomeeNB-)"),
	"errorrate":  form(isErrorRate, "must be a rate as 1E-3"),
	"fqdn":       form(isFQDN, "must be a domain name as host.example.com"),
	"hex":        form(hexadecimal(1, 1<<30), "must be hexadecimal"),
	"hex2":       form(hexadecimal(2, 2), "must be 2 hexadecimal digits"),
	"hex4":       form(hexadecimal(4, 4), "must be 4 hexadecimal digits"),
	"hex6":       form(hexadecimal(6, 6), "must be 6 hexadecimal digits"),
	"hex6to8":    form(hexadecimal(6, 8), "must be 6 to 8 hexadecimal digits"),
	"hex7":       form(hexadecimal(7, 7), "must be 7 hexadecimal digits"),
	"hex9":       form(hexadecimal(9, 9), "must be 9 hexadecimal digits"),
	"hex11":      form(hexadecimal(11, 11), "must be 11 hexadecimal digits"),
	"ipv4":       form(isIPv4, "must be an IPv4 address as 198.51.100.1"),
	"ipv6":       form(isIPv6, "must be an IPv6 address as 2001:db8::1: lower case, no leading zeros, no dotted part"),
	"ipv6prefix": form(isIPv6Prefix, "must be an IPv6 prefix as 2001:db8:abcd:12::/64: lower case, no leading zeros, no dotted part"),
	"mac":        form(isMAC, "must be a MAC address as 00-11-22-aa-bb-cc"),
	"mcc":        form(decimal(3, 3), "must be 3 digits"),
	"mnc":        form(decimal(2, 3), "must be 2 or 3 digits"),
	"ngenb":      form(isNgENB, "must name an ng-eNB as MacroNGeNB-34b89 (or LMacroNGeNB-, SMacroNGeNB-)"),
	"share":      form(isShare, "must be 0.00 to 1.00, with two decimals"),
	"tac":        form(isTAC, "must be 4 or 6 hexadecimal digits"),
	"tac8":       form(decimal(8, 8), "must be 8 digits"),
	"upperhex16": form(upperHexadecimal(16), "must be 16 hexadecimal digits in upper case"),
	"upperhex20": form(upperHexadecimal(20), "must be 20 hexadecimal digits in upper case"),
}

func form(is func(string) bool, reason string) func(string) error {
	err := errors.New(reason)
	return func(s string) error {
		if is(s) {
			return nil
		}
		return err
	}
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isHex(c byte) bool    { return nibble(c) >= 0 }

// runOf reports whether s has lo to hi octets, all of which are as is wants.
func runOf(s string, lo, hi int, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return lo <= len(s) && len(s) <= hi
}

func decimal(lo, hi int) func(string) bool {
	return func(s string) bool { return runOf(s, lo, hi, isDigit) }
}

func hexadecimal(lo, hi int) func(string) bool {
	return func(s string) bool { return runOf(s, lo, hi, isHex) }
}

func upperHexadecimal(n int) func(string) bool {
	return func(s string) bool {
		return runOf(s, n, n, func(c byte) bool { return isHex(c) && c < 'a' })
	}
}

func isTAC(s string) bool { return len(s) != 5 && runOf(s, 4, 6, isHex) }

func isErrorRate(s string) bool {
	return len(s) == 4 && isDigit(s[0]) && s[1:3] == "E-" && isDigit(s[3])
}

func isShare(s string) bool {
	return s == "1.00" || len(s) == 4 && s[:2] == "0." && isDigit(s[2]) && isDigit(s[3])
}

func isBitRate(s string) bool {
	number, unit, _ := strings.Cut(s, " ")
	whole, fraction, dot := strings.Cut(number, ".")
	if !runOf(whole, 1, len(s), isDigit) || dot && !runOf(fraction, 1, len(s), isDigit) {
		return false
	}
	switch unit {
	case "bps", "Kbps", "Mbps", "Gbps", "Tbps":
		return true
	}
	return false
}

func isMAC(s string) bool {
	if len(s) != 17 {
		return false
	}
	for i := range len(s) {
		if i%3 == 2 && s[i] != '-' || i%3 != 2 && !isHex(s[i]) {
			return false
		}
	}
	return true
}

func isENB(s string) bool {
	kind, number, _ := strings.Cut(s, "-")
	switch kind {
	case "MacroeNB", "SMacroeNB":
		return runOf(number, 5, 5, isHex)
	case "LMacroeNB":
		return runOf(number, 6, 6, isHex)
	case "HomeeNB":
		return runOf(number, 7, 7, isHex)
	}
	return false
}

func isNgENB(s string) bool {
	kind, number, _ := strings.Cut(s, "-")
	switch kind {
	case "MacroNGeNB", "SMacroNGeNB":
		return runOf(number, 5, 5, isHex)
	case "LMacroNGeNB":
		return runOf(number, 6, 6, isHex)
	}
	return false
}

// isFQDN wants at least two labels; the last one is of letters alone. A dot may follow it.
func isFQDN(s string) bool {
	s = strings.TrimSuffix(s, ".")
	dot := strings.LastIndexByte(s, '.')
	if dot < 0 || !runOf(s[dot+1:], 2, 63, isLetter) {
		return false
	}
	for label := range strings.SplitSeq(s[:dot], ".") {
		if !runOf(label, 1, 63, func(c byte) bool { return isDigit(c) || isLetter(c) || c == '-' }) ||
			label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

func isIPv4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

// isIPv6 wants the form of RFC 5952 §4, but takes any place and length of the double colon.
func isIPv6(s string) bool {
	length := 0 // of the group so far
	for i := range len(s) {
		switch c := s[i]; {
		case c == ':':
			length = 0
		case !isDigit(c) && (c < 'a' || c > 'f'):
			return false // upper case, zone and dotted part among them
		case length == 1 && s[i-1] == '0':
			return false
		default:
			length++
		}
	}
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6()
}

func isIPv6Prefix(s string) bool {
	addr, bits, ok := strings.Cut(s, "/")
	if !ok || !isIPv6(addr) || !runOf(bits, 1, 3, isDigit) || len(bits) > 1 && bits[0] == '0' {
		return false
	}
	return len(bits) < 3 || bits <= "128"
}
