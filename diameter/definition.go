package diameter

import (
	"errors"
	"fmt"
)

// A Definition is what a dictionary says about an AVP. diagen makes a variable of each, named AVP and the name of the
// AVP, as AVPSessionID here. Definitions are not changed.
type Definition struct {
	Name    string
	Code    AVPCode
	Vendor  VendorID
	Flags   AVPFlags // that the AVP is sent with; only AVPMandatory
	Example string   // the least value, zero-filled; of a group, examples of what it requires
}

// Key returns the [Key] of the AVP.
func (d *Definition) Key() uint64 { return Key(d.Code, d.Vendor) }

// AVP returns an AVP with the given value.
func (d *Definition) AVP(data []byte) AVP { return AVP{d.Code, d.Vendor, d.Flags, data} }

// Find returns the first such AVP in b as [FindAVP] does.
func (d *Definition) Find(b []byte) (AVP, bool) { return FindAVP(b, d.Code, d.Vendor) }

func (d *Definition) fault(r Result, data []byte, reason string) *AVPError {
	return &AVPError{Result: r, Code: d.Code, Vendor: d.Vendor, Failed: d.AVP(data).Append(nil), Reason: reason}
}

// Fault returns the *AVPError that the value data of the AVP leads to the result r for a reason. Failed-AVP holds the AVP
// with the value.
func (d *Definition) Fault(r Result, data []byte, reason string) error {
	return d.fault(r, data, reason)
}

// Missing returns the *AVPError that the AVP is not there. Failed-AVP holds the AVP with the least value (RFC 6733
// §7.1.5, DIAMETER_MISSING_AVP).
func (d *Definition) Missing() error {
	return d.fault(MissingAVP, []byte(d.Example), d.Name+" is missing")
}

// Excess returns the *AVPError that the AVP is there more than limit times.
func (d *Definition) Excess(limit int) error {
	return d.fault(AVPOccursTooManyTimes, []byte(d.Example), fmt.Sprintf("there are more than %d %s", limit, d.Name))
}

// Within puts the AVP, which is Grouped, around the failed AVP of err if err is an *AVPError.
func (d *Definition) Within(err error) error {
	if e, ok := errors.AsType[*AVPError](err); ok {
		return e.Within(d.Code, d.Vendor, d.Flags)
	}
	return err
}
