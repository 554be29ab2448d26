package diameter

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Printer writes a command or group on one line for people to read. The code that diagen generates uses it. Absent
// elements are left out, identities are masked.
type Printer struct{ b strings.Builder }

// Open starts a line with the name of the command, which is empty for a group.
func (p *Printer) Open(name string) {
	p.b.WriteString(name)
	p.b.WriteByte('{')
}

// Close ends the line and returns it.
func (p *Printer) Close() string {
	p.b.WriteByte('}')
	return p.b.String()
}

func (p *Printer) name(s string) {
	if t := p.b.String(); !strings.HasSuffix(t, "{") {
		p.b.WriteString(", ")
	}
	p.b.WriteString(s)
	p.b.WriteString(": ")
}

// Field writes one element.
func (p *Printer) Field(name string, v any) {
	p.name(name)
	switch v := v.(type) {
	case string:
		p.b.WriteString(strconv.Quote(v))
	case []byte:
		p.b.WriteString(hex.EncodeToString(v[:min(len(v), 32)]))
		if len(v) > 32 {
			fmt.Fprintf(&p.b, "... (%d octets)", len(v))
		}
	case time.Time:
		p.b.WriteString(v.Format(time.RFC3339))
	default:
		fmt.Fprint(&p.b, v)
	}
}

// Masked writes one element that names a subscriber: its first five characters, then one star for each that follows. Of
// octets, the digits that they hold as TBCD are taken.
func (p *Printer) Masked(name string, v any) {
	p.name(name)
	switch v := v.(type) {
	case string:
		p.b.WriteString(strconv.Quote(mask(v)))
	case Address:
		if _, ok := v.Addr(); ok {
			p.b.WriteString(mask(v.String()))
		} else {
			p.b.WriteString(v.String())
		}
	case []byte:
		var digits []byte
		for _, o := range v {
			for _, n := range [2]byte{o & 15, o >> 4} {
				if n != 15 {
					digits = append(digits, "0123456789abcdef"[n])
				}
			}
		}
		p.b.WriteString(mask(string(digits)))
	}
}

// Hidden writes only how long one element is.
func (p *Printer) Hidden(name string, n int) {
	p.name(name)
	fmt.Fprintf(&p.b, "(%d octets)", n)
}

// Extra writes code, vendor and length of AVPs without their values.
func (p *Printer) Extra(extra []AVP) {
	for _, a := range extra {
		s := strconv.Itoa(int(a.Code))
		if a.Vendor != 0 {
			s = fmt.Sprintf("%d:%d", a.Vendor, a.Code)
		}
		p.Hidden("AVP "+s, len(a.Data))
	}
}

func mask(s string) string {
	n := 0
	return strings.Map(func(r rune) rune {
		if n++; n > 5 {
			return '*'
		}
		return r
	}, s)
}

// BitString lists the names of the bits that are set in v, joined with "|". What has no name is given as a number.
func BitString(v uint64, name func(bit int) string) string {
	var s []string
	for bit := range 64 {
		if n := name(bit); n != "" && v>>bit&1 != 0 {
			s = append(s, n)
			v &^= 1 << bit
		}
	}
	if v != 0 || len(s) == 0 {
		s = append(s, fmt.Sprintf("%#x", v))
	}
	return strings.Join(s, "|")
}
