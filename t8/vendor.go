package t8

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// VendorSpecific holds the members vendorSpecific-nnnnnn of a body (TS 29.122 §5.2.13), as they are, by the six digits of
// the IANA enterprise number: "010415" for 10415. The types that may have some have a field of this type.
//
// A Handler, a Client and a Notifier read and write them, and so do [Unmarshal] and [Marshal]; encoding/json neither
// reads nor writes them.
type VendorSpecific map[string]json.RawMessage

const vendorPrefix = "vendorSpecific-"

// vendorDigits returns the six digits of a name vendorSpecific-nnnnnn, or nil.
func vendorDigits(name []byte) []byte {
	if len(name) == len(vendorPrefix)+6 && string(name[:len(vendorPrefix)]) == vendorPrefix && sixDigits(name[len(vendorPrefix):]) {
		return name[len(vendorPrefix):]
	}
	return nil
}

func sixDigits[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) == 6
}

// appendTo appends the members in order, each after a comma. What is not well formed is an error when strict, else left
// out.
func (v VendorSpecific) appendTo(b []byte, strict bool) ([]byte, error) {
	for _, digits := range slices.Sorted(maps.Keys(v)) {
		var raw bytes.Buffer
		err := json.Compact(&raw, v[digits])
		switch {
		case err == nil && sixDigits(digits):
			b = append(append(append(b, `,"`+vendorPrefix...), digits...), `":`...)
			b = append(b, raw.Bytes()...)
		case !strict:
		case err != nil:
			return b, fmt.Errorf("t8: %s%s: %w", vendorPrefix, digits, err)
		default:
			return b, fmt.Errorf("t8: %q is not the number of a vendor in six digits", digits)
		}
	}
	return b, nil
}

// patched returns v after the members of a patch by RFC 7396: null removes, the members of an object are merged.
func (v VendorSpecific) patched(patch VendorSpecific) VendorSpecific {
	if len(patch) == 0 {
		return v
	}
	n := maps.Clone(v)
	if n == nil {
		n = make(VendorSpecific, len(patch))
	}
	for digits, p := range patch {
		if string(p) == "null" {
			delete(n, digits)
			continue
		}
		old := n[digits]
		if old == nil {
			old = json.RawMessage("null")
		}
		merged, err := MergePatch(old, p)
		if err != nil { // not well formed: the encoder will say so
			merged = p
		}
		n[digits] = merged
	}
	if len(n) == 0 {
		return nil
	}
	return n
}

// vendor reads the value of a member that a vendor added.
func (d *decoder) vendor(to *VendorSpecific, digits string) bool {
	d.path = append(append(d.path, '/'), vendorPrefix+digits...)
	d.space()
	from := d.i
	if !d.skip() {
		return false
	}
	if _, twice := (*to)[digits]; twice {
		d.bad("is given more than once")
		return true
	}
	var raw bytes.Buffer
	if err := json.Compact(&raw, d.b[from:d.i]); err != nil {
		d.bad("has the wrong form")
		return true
	}
	if *to == nil {
		*to = VendorSpecific{}
	}
	(*to)[digits] = raw.Bytes()
	return true
}
