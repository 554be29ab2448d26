// Package id holds the identities of TS 23.003 and TS 23.682 that an SCEF handles, each a type of its own.
//
// An identity of a subscriber masks itself when it is printed or logged ([IMSI.String], [IMSI.LogValue]); whoever needs
// the plain text converts it with string(x) and thereby says so. Values are immutable and safe to share.
package id

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// ErrInvalid is wrapped by the error of every Parse function.
var ErrInvalid = errors.New("id: invalid")

// IMSI identifies a subscription inside the network: 6 to 15 decimal digits (TS 23.003 §2.2). It never appears on T8.
type IMSI string

// MSISDN is an E.164 number without '+': 5 to 15 decimal digits (TS 23.003 §3.3).
type MSISDN string

// IMEI identifies a piece of equipment: the 14 decimal digits of its type and serial number, without the check digit
// (TS 23.003 §6.2.1).
type IMEI string

// IMEISV is an IMEI and the version of the software on the equipment: 16 decimal digits (TS 23.003 §6.2.2).
type IMEISV string

// ExternalID identifies a UE towards an SCS/AS, as local-part@domain (TS 23.003 §19.7.2).
type ExternalID string

// ExternalGroupID identifies a group of UEs towards an SCS/AS, as local-part@domain (TS 23.003 §19.7.3).
type ExternalGroupID string

// SCSASID identifies an SCS/AS; it is the first segment of most T8 resource paths (TS 29.122 §5.2.4).
type SCSASID string

// APN is an access point name, the network identifier part or in full (TS 23.003 §9); it compares without regard to case.
type APN string

// Equal reports whether both name the same access point.
func (a APN) Equal(b APN) bool { return strings.EqualFold(string(a), string(b)) }

// ParseIMSI checks s and returns it as an IMSI.
func ParseIMSI(s string) (IMSI, error) {
	if err := digits(s, 6, 15); err != nil {
		return "", fmt.Errorf("%w IMSI: %w", ErrInvalid, err)
	}
	return IMSI(s), nil
}

// ParseMSISDN checks s and returns it as an MSISDN.
func ParseMSISDN(s string) (MSISDN, error) {
	if err := digits(s, 5, 15); err != nil {
		return "", fmt.Errorf("%w MSISDN: %w", ErrInvalid, err)
	}
	return MSISDN(s), nil
}

// ParseIMEI checks s, which has 14 or 15 decimal digits, and returns its first 14 as an IMEI. The fifteenth is the check
// digit, or a zero in its place; a receiver ignores it (TS 29.272 §7.3.4), whatever its value.
func ParseIMEI(s string) (IMEI, error) {
	if err := digits(s, 14, 15); err != nil {
		return "", fmt.Errorf("%w IMEI: %w", ErrInvalid, err)
	}
	return IMEI(s[:14]), nil
}

// ParseIMEISV checks s and returns it as an IMEISV.
func ParseIMEISV(s string) (IMEISV, error) {
	if err := digits(s, 16, 16); err != nil {
		return "", fmt.Errorf("%w IMEISV: %w", ErrInvalid, err)
	}
	return IMEISV(s), nil
}

// ParseExternalID checks s and returns it as an External Identifier.
func ParseExternalID(s string) (ExternalID, error) {
	if err := localAtDomain(s); err != nil {
		return "", fmt.Errorf("%w External Identifier: %w", ErrInvalid, err)
	}
	return ExternalID(s), nil
}

// ParseExternalGroupID checks s and returns it as an External Group Identifier.
func ParseExternalGroupID(s string) (ExternalGroupID, error) {
	if err := localAtDomain(s); err != nil {
		return "", fmt.Errorf("%w External Group Identifier: %w", ErrInvalid, err)
	}
	return ExternalGroupID(s), nil
}

func digits(s string, least, most int) error {
	if len(s) < least || len(s) > most {
		return fmt.Errorf("%d characters, want %d to %d", len(s), least, most)
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return fmt.Errorf("character %d is not a digit", i+1)
		}
	}
	return nil
}

func localAtDomain(s string) error {
	local, domain, ok := strings.Cut(s, "@")
	switch {
	case !ok || local == "" || domain == "":
		return errors.New("want local-part@domain")
	case strings.Contains(domain, "@"):
		return errors.New("more than one '@'")
	case len(s) > 253:
		return errors.New("longer than 253 characters")
	}
	return nil
}

// String masks all but the first five digits, which tell the operator.
func (i IMSI) String() string { return mask(string(i)) }

// LogValue masks as String does.
func (i IMSI) LogValue() slog.Value { return slog.StringValue(i.String()) }

// String masks all but the first five digits.
func (m MSISDN) String() string { return mask(string(m)) }

// LogValue masks as String does.
func (m MSISDN) LogValue() slog.Value { return slog.StringValue(m.String()) }

// String masks all but the first five digits, which narrow down the manufacturer.
func (i IMEI) String() string { return mask(string(i)) }

// LogValue masks as String does.
func (i IMEI) LogValue() slog.Value { return slog.StringValue(i.String()) }

// CheckDigit returns the character that is printed behind the 14 digits: the digit of TS 23.003 annex B (Luhn), which
// makes a typing error show. It is 0 when i is not 14 decimal digits.
func (i IMEI) CheckDigit() byte {
	if digits(string(i), 14, 14) != nil {
		return 0
	}
	sum := 0
	for n := range len(i) {
		d := int(i[n] - '0')
		if n%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return '0' + byte((10-sum%10)%10)
}

// String masks all but the first five digits, which narrow down the manufacturer.
func (i IMEISV) String() string { return mask(string(i)) }

// LogValue masks as String does.
func (i IMEISV) LogValue() slog.Value { return slog.StringValue(i.String()) }

// Split returns the equipment and the two digits of its software version. Both are empty when i is not of 16 characters.
func (i IMEISV) Split() (imei IMEI, softwareVersion string) {
	if len(i) != 16 {
		return "", ""
	}
	return IMEI(i[:14]), string(i[14:])
}

// String masks the local part after its first character and keeps the domain, which tells the operator.
func (e ExternalID) String() string { return maskLocal(string(e)) }

// LogValue masks as String does.
func (e ExternalID) LogValue() slog.Value { return slog.StringValue(e.String()) }

// String masks the local part after its first character and keeps the domain.
func (e ExternalGroupID) String() string { return maskLocal(string(e)) }

// LogValue masks as String does.
func (e ExternalGroupID) LogValue() slog.Value { return slog.StringValue(e.String()) }

func mask(s string) string {
	const keep = 5
	if len(s) <= keep {
		return strings.Repeat("*", len(s))
	}
	return s[:keep] + strings.Repeat("*", len(s)-keep)
}

func maskLocal(s string) string {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" {
		return mask(s)
	}
	return local[:1] + "***@" + domain
}
