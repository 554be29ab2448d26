package t8

import (
	"errors"
	"regexp"
)

// patterns are the forms of strings that tags name.
var patterns = map[string]func(string) error{
	"bitrate":    form(`^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$`, "must be a bit rate as 1.5 Mbps"),
	"enb":        form(`^(MacroeNB-[A-Fa-f0-9]{5}|LMacroeNB-[A-Fa-f0-9]{6}|SMacroeNB-[A-Fa-f0-9]{5}|HomeeNB-[A-Fa-f0-9]{7})$`, "must name an eNodeB"),
	"errorrate":  form(`^[0-9]E-[0-9]$`, "must be a rate as 1E-3"),
	"fqdn":       form(`^([0-9A-Za-z]([-0-9A-Za-z]{0,61}[0-9A-Za-z])?\.)+[A-Za-z]{2,63}\.?$`, "must be a domain name"),
	"hex":        form(`^[A-Fa-f0-9]+$`, "must be hexadecimal"),
	"hex2":       form(`^[A-Fa-f0-9]{2}$`, "must be 2 hexadecimal digits"),
	"hex4":       form(`^[A-Fa-f0-9]{4}$`, "must be 4 hexadecimal digits"),
	"hex6":       form(`^[A-Fa-f0-9]{6}$`, "must be 6 hexadecimal digits"),
	"hex6to8":    form(`^[A-Fa-f0-9]{6,8}$`, "must be 6 to 8 hexadecimal digits"),
	"hex7":       form(`^[A-Fa-f0-9]{7}$`, "must be 7 hexadecimal digits"),
	"hex9":       form(`^[A-Fa-f0-9]{9}$`, "must be 9 hexadecimal digits"),
	"hex11":      form(`^[A-Fa-f0-9]{11}$`, "must be 11 hexadecimal digits"),
	"ipv4":       form(`^((25[0-5]|(2[0-4]|1\d|[1-9]|)\d)\.?\b){4}$`, "must be an IPv4 address"),
	"ipv6":       form(`^[0-9a-f:]+$`, "must be an IPv6 address"),
	"ipv6prefix": form(`^[0-9a-f:]+/\d{1,3}$`, "must be an IPv6 prefix"),
	"mac":        form(`^[0-9a-fA-F]{2}(-[0-9a-fA-F]{2}){5}$`, "must be a MAC address as 00-11-22-aa-bb-cc"),
	"mcc":        form(`^\d{3}$`, "must be 3 digits"),
	"mnc":        form(`^\d{2,3}$`, "must be 2 or 3 digits"),
	"ngenb":      form(`^(MacroNGeNB-[A-Fa-f0-9]{5}|LMacroNGeNB-[A-Fa-f0-9]{6}|SMacroNGeNB-[A-Fa-f0-9]{5})$`, "must name an ng-eNB"),
	"share":      form(`^(0\.\d{2}|1\.00)$`, "must be 0.00 to 1.00"),
	"tac":        form(`^([A-Fa-f0-9]{4}|[A-Fa-f0-9]{6})$`, "must be 4 or 6 hexadecimal digits"),
	"tac8":       form(`^\d{8}$`, "must be 8 digits"),
	"upperhex16": form(`^[0-9A-F]{16}$`, "must be 16 hexadecimal digits in upper case"),
	"upperhex20": form(`^[0-9A-F]{20}$`, "must be 20 hexadecimal digits in upper case"),
}

func form(expr, reason string) func(string) error {
	re, err := regexp.MustCompile(expr), errors.New(reason)
	return func(s string) error {
		if re.MatchString(s) {
			return nil
		}
		return err
	}
}
