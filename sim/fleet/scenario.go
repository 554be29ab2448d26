package fleet

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
)

// Scenario says which devices there are and what happens to them. The zero value of an optional field is its default.
type Scenario struct {
	Kinds    []Kind        // at least one
	Duration time.Duration // of the run, after all devices were set up; at least 1 ms
	// Seed makes the random times: scenarios that are equal have the same reports, commands and losses of coverage.
	Seed uint64
	// Interval of the samples over time. Default: a 144th of Duration, which is ten minutes of a day.
	Interval time.Duration
	// Limit is how many reports and commands there are at most, after which the run ends. Default: no limit.
	Limit int64
	// FirstIMSI is the identity of the first device; the others count on from it. Default 001010000000001.
	FirstIMSI id.IMSI
	// Domain of the external identifiers, whose local part is the IMSI. Default "fleet.example".
	Domain string
	// APN of the connections. Default "iot.example".
	APN id.APN
}

// Kind is a number of devices that are alike.
type Kind struct {
	Name     string // in the results; no two kinds have the same
	Count    int    // at least 1
	Power    Power
	Coverage Coverage
	Uplink   []Traffic // reports of each device
	Downlink []Traffic // commands of the application server to each device
}

// Traffic is a stream of data from or to each device of a kind.
type Traffic struct {
	Pattern Pattern
	// Size of the data in octets, 8 to 65535; the first eight octets say which data it is. Default 32.
	Size int
	// MaximumLatency of commands, after which the SCEF gives up. Default: none is told, so the SCEF decides.
	MaximumLatency time.Duration
}

// Power says when the radio of a device can be reached (TS 23.682 §4.5.4, §4.5.13). Moving data takes it no time.
type Power struct {
	// Inactivity is how long the radio stays connected after data or signalling. Default 10 s.
	Inactivity time.Duration
	// TAU is the time without a connection after which the device registers anew, the periodic TAU timer T3412. Default
	// 54 min.
	TAU time.Duration
	// PSM lets the device enter power saving mode, in which nothing reaches it until it sends or TAU passes.
	PSM bool
	// ActiveTime is the timer T3324: how long a device with PSM can be paged after a connection. Default 0: not at all.
	ActiveTime time.Duration
	// EDRX is the cycle of extended idle mode DRX: in each the device can be paged only for PagingWindow. Default: it can
	// be paged at any time.
	EDRX, PagingWindow time.Duration
}

// Coverage says when a device can use the network at all. The network learns of a loss only by paging in vain.
type Coverage struct {
	// Every is the mean time from one loss to the next, and Lasts the mean time that it lasts; both are exponentially
	// distributed. Default: coverage is never lost.
	Every, Lasts time.Duration
}

const firstIMSI = "001010000000001"

// withDefaults returns a copy that is complete, or what is wrong with the Scenario.
func (s Scenario) withDefaults() (Scenario, error) {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("fleet: "+format, args...))
		}
	}
	if s.FirstIMSI == "" {
		s.FirstIMSI = firstIMSI
	}
	if s.Domain == "" {
		s.Domain = "fleet.example"
	}
	if s.APN == "" {
		s.APN = "iot.example"
	}
	if s.Interval == 0 {
		s.Interval = max(s.Duration/144, 1)
	}
	check(s.Duration >= time.Millisecond, "Duration %v is too short", s.Duration)
	check(s.Interval > 0 && s.Duration/s.Interval <= maxSamples, "Interval %v is out of range", s.Interval)
	check(s.Limit >= 0, "Limit is negative")
	check(len(s.Kinds) > 0, "there are no Kinds")
	s.Kinds = slices.Clone(s.Kinds)
	devices, names := 0, map[string]bool{}
	for i := range s.Kinds {
		k := &s.Kinds[i]
		check(k.Name != "" && !names[k.Name], "kind %q is unnamed or there twice", k.Name)
		names[k.Name] = true
		check(k.Count > 0, "kind %q has Count %d", k.Name, k.Count)
		devices += k.Count
		k.Uplink, k.Downlink = slices.Clone(k.Uplink), slices.Clone(k.Downlink)
		check(len(k.Uplink) <= maxStreams && len(k.Downlink) <= maxStreams, "kind %q has too many streams", k.Name)
		for _, list := range [][]Traffic{k.Uplink, k.Downlink} {
			for j := range list {
				t := &list[j]
				if t.Size == 0 {
					t.Size = 32
				}
				check(t.Pattern != nil, "traffic of kind %q has no Pattern", k.Name)
				check(t.Size >= tagSize && t.Size <= 65535, "traffic of kind %q has Size %d", k.Name, t.Size)
				check(t.MaximumLatency >= 0, "traffic of kind %q has a negative MaximumLatency", k.Name)
			}
		}
		p := &k.Power
		if p.Inactivity == 0 {
			p.Inactivity = 10 * time.Second
		}
		if p.TAU == 0 {
			p.TAU = 54 * time.Minute
		}
		check(p.Inactivity > 0 && p.TAU > 0 && p.ActiveTime >= 0, "a timer of kind %q is negative", k.Name)
		check(p.EDRX == 0 && p.PagingWindow == 0 || p.PagingWindow > 0 && p.PagingWindow <= p.EDRX,
			"kind %q has a PagingWindow of %v in an EDRX cycle of %v", k.Name, p.PagingWindow, p.EDRX)
		check((k.Coverage.Every > 0) == (k.Coverage.Lasts > 0) && k.Coverage.Every >= 0, "the Coverage of kind %q is half given", k.Name)
	}
	_, err := id.ParseIMSI(string(s.FirstIMSI))
	check(err == nil && len(s.FirstIMSI) == imsiDigits, "FirstIMSI has not %d digits", imsiDigits)
	last := numberOf(s.FirstIMSI) + uint64(devices) - 1
	check(devices <= maxDevices && len(strconv.FormatUint(last, 10)) <= imsiDigits, "%d devices are too many", devices)
	return s, errors.Join(errs...)
}

const (
	imsiDigits = 15
	maxDevices = 100_000_000
	maxStreams = 100
	maxSamples = 100_000
)

func numberOf(imsi id.IMSI) uint64 {
	n, err := strconv.ParseUint(string(imsi), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// imsi returns the identity of device n.
func (s *Scenario) imsi(n int) id.IMSI {
	return id.IMSI(fmt.Sprintf("%0*d", imsiDigits, numberOf(s.FirstIMSI)+uint64(n)))
}

// externalID returns the other identity of the device with the IMSI.
func (s *Scenario) externalID(imsi id.IMSI) id.ExternalID {
	return id.ExternalID(string(imsi) + "@" + s.Domain)
}

// device returns the number of the device with one of the identities; the other one may be empty.
func (f *Fleet) device(imsi id.IMSI, ext id.ExternalID) (n int, ok bool) {
	if imsi == "" {
		local, domain, _ := strings.Cut(string(ext), "@")
		if domain != f.s.Domain {
			return 0, false
		}
		imsi = id.IMSI(local)
	}
	i := numberOf(imsi) - numberOf(f.s.FirstIMSI) // wraps around for those below
	return int(i), len(imsi) == imsiDigits && i < uint64(len(f.devices))
}

// Subscriber is for [sim.HSSOptions]: it makes all devices known to the HSS.
func (f *Fleet) Subscriber(imsi id.IMSI, ext id.ExternalID) (sim.Subscriber, bool) {
	n, ok := f.device(imsi, ext)
	if !ok {
		return sim.Subscriber{}, false
	}
	imsi = f.s.imsi(n)
	return sim.Subscriber{IMSI: imsi, ExternalIDs: []id.ExternalID{f.s.externalID(imsi)}, APNs: []id.APN{f.s.APN}}, true
}
