package policy

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/scefkit/scefkit/id"
)

// A RateUnit is the time that a limit of the APN rate control counts for; the empty one is none.
type RateUnit string

// The units of the APN rate control (TS 23.401 §4.7.7.3).
const (
	PerMinute RateUnit = "minute"
	PerHour   RateUnit = "hour"
	PerDay    RateUnit = "day"
	PerWeek   RateUnit = "week"
)

// Duration returns the length of the unit, and 0 for the empty one and for one that is not known.
func (u RateUnit) Duration() time.Duration {
	switch u {
	case PerMinute:
		return time.Minute
	case PerHour:
		return time.Hour
	case PerDay:
		return 24 * time.Hour
	case PerWeek:
		return 7 * 24 * time.Hour
	}
	return 0
}

// A Rate is a number of messages in each Unit. Without a unit there is no limit; 0 messages with a unit let nothing pass.
type Rate struct {
	Messages uint32
	Unit     RateUnit
}

// Limited reports whether r is a limit.
func (r Rate) Limited() bool { return r.Unit.Duration() != 0 }

// validate checks r against the greatest number that the UE can be told.
func (r Rate) validate(most uint32) error {
	switch {
	case r.Unit != "" && r.Unit.Duration() == 0:
		return fmt.Errorf("unit %q is not minute, hour, day or week", string(r.Unit))
	case r.Unit == "" && r.Messages != 0:
		return errors.New("a number of messages without a unit")
	case r.Messages > most:
		return fmt.Errorf("%d messages, at most %d can be told", r.Messages, most)
	}
	return nil
}

// APNRates is the APN rate control of the home network (TS 23.401 §4.7.7.3), for each UE on its own. The zero APNRates
// limits nothing.
type APNRates struct {
	// Uplink is told to UEs that ask for it, at most 16777215 messages. The SCEF discards what goes beyond, unless
	// UplinkByUE leaves the limit to the UE.
	Uplink     Rate
	UplinkByUE bool
	// Downlink stays in the SCEF.
	Downlink Rate
	// ExceptionReports lets a UE send exception data when Uplink is used up; Exception limits that, at most 65535
	// messages, and is told to UEs that ask for it.
	ExceptionReports bool
	Exception        Rate
	// TellRemainder tells a UE that comes back what is left of its limit, in the containers 0x002a and 0x002b, whose
	// contents are not confirmed.
	TellRemainder bool
}

// Limited reports whether r limits anything.
func (r *APNRates) Limited() bool { return r.Uplink.Limited() || r.Downlink.Limited() }

// A Quota bounds downlink data; a member that is zero does not.
type Quota struct {
	// Messages and Octets may be submitted in each Period, which begins with the first: 24 h by default, a year at most.
	// They are counted in memory, by each process for itself.
	Messages int64
	Octets   int64
	Period   time.Duration
	// Stored deliveries, and their octets, may wait at once. They are counted in the store.
	Stored       int64
	StoredOctets int64
}

// Validate reports what is wrong with q.
func (q *Quota) Validate() error {
	if q.Messages < 0 || q.Octets < 0 || q.Period < 0 || q.Stored < 0 || q.StoredOctets < 0 {
		return errors.New("a negative number")
	}
	if q.Period > 366*24*time.Hour {
		return errors.New("a period of more than a year")
	}
	return nil
}

// APN says what holds for an APN, whichever SCS/AS use it.
type APN struct {
	Rates APNRates
	Quota Quota // of all SCS/AS together
}

// Validate reports what is wrong with a.
func (a *APN) Validate() error {
	var errs []error
	for _, x := range []struct {
		name string
		err  error
	}{
		{"uplink", a.Rates.Uplink.validate(1<<24 - 1)},
		{"downlink", a.Rates.Downlink.validate(1<<32 - 1)},
		{"exception", a.Rates.Exception.validate(1<<16 - 1)},
		{"quota", a.Quota.Validate()},
	} {
		if x.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", x.name, x.err))
		}
	}
	return errors.Join(errs...)
}

// APNProfiles says what holds for an APN. NIDDProfiles may implement it; otherwise no APN has limits. APN returns nil for one
// without; nobody changes what it returned. Safe for concurrent use.
type APNProfiles interface {
	APN(apn id.APN) *APN
}

// NIDDSet is a fixed set of profiles of SCS/AS and APNs. It implements [NIDDProfiles] and [APNProfiles].
type NIDDSet struct {
	NIDDByID
	apns map[string]*APN // by name in lower case
}

var (
	_ NIDDProfiles = NIDDSet{}
	_ APNProfiles  = NIDDSet{}
)

// NewNIDDSet checks and joins profiles of SCS/AS and of APNs, of which it keeps a copy of the latter.
func NewNIDDSet(scsas NIDDByID, apns map[id.APN]APN) (NIDDSet, error) {
	s := NIDDSet{scsas, make(map[string]*APN, len(apns))}
	var errs []error
	for who, n := range scsas {
		if err := errors.Join(n.Quota.Validate(), n.UEQuota.Validate()); err != nil {
			errs = append(errs, fmt.Errorf("policy: quota of SCS/AS %s: %w", string(who), err))
		}
	}
	for name, a := range apns {
		if err := a.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("policy: APN %s: %w", string(name), err))
		}
		s.apns[strings.ToLower(string(name))] = &a
	}
	return s, errors.Join(errs...)
}

// APN implements [APNProfiles].
func (s NIDDSet) APN(apn id.APN) *APN { return s.apns[strings.ToLower(string(apn))] }
