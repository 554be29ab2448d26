package main

import (
	"fmt"
	"strings"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
)

// apnConfig is what holds for an APN, whichever SCS/AS use it.
type apnConfig struct {
	Name             string          `yaml:"name"`
	Uplink           apnRateConfig   `yaml:"uplink"`
	UplinkByUE       bool            `yaml:"uplinkByUE"` // discard nothing
	Downlink         apnRateConfig   `yaml:"downlink"`
	ExceptionReports bool            `yaml:"exceptionReports"` // beyond uplink
	Exception        apnRateConfig   `yaml:"exception"`
	TellRemainder    bool            `yaml:"tellRemainder"`
	Quota            dataQuotaConfig `yaml:"quota"`
}

type apnRateConfig struct {
	Messages uint32 `yaml:"messages"`
	Unit     string `yaml:"unit"` // minute, hour, day, week; default: no limit
}

// dataQuotaConfig bounds downlink data; a member that is zero does not.
type dataQuotaConfig struct {
	Messages     int64    `yaml:"messages"`
	Octets       int64    `yaml:"octets"`
	Period       duration `yaml:"period"` // of both; default 24h
	Stored       int64    `yaml:"stored"` // deliveries at once
	StoredOctets int64    `yaml:"storedOctets"`
}

func (q dataQuotaConfig) policy() policy.Quota {
	return policy.Quota{Messages: q.Messages, Octets: q.Octets, Period: q.Period.Duration, Stored: q.Stored, StoredOctets: q.StoredOctets}
}

func (q dataQuotaConfig) check(f *faults, key string) {
	p := q.policy()
	if q.Period.text != "" {
		f.add(key+".period", "%q is not a duration as 10s, 5m or 24h", q.Period.text)
	}
	if err := p.Validate(); err != nil {
		f.add(key, "%v", err)
	}
}

func (r apnRateConfig) policy() policy.Rate {
	return policy.Rate{Messages: r.Messages, Unit: policy.RateUnit(r.Unit)}
}

func (a apnConfig) policy() policy.APN {
	return policy.APN{
		Rates: policy.APNRates{
			Uplink: a.Uplink.policy(), UplinkByUE: a.UplinkByUE, Downlink: a.Downlink.policy(),
			ExceptionReports: a.ExceptionReports, Exception: a.Exception.policy(), TellRemainder: a.TellRemainder,
		},
		Quota: a.Quota.policy(),
	}
}

func (c *config) checkAPNs(f *faults) {
	seen := map[string]bool{}
	for i, a := range c.APNs {
		key := fmt.Sprintf("apns[%d]", i)
		if name := strings.ToLower(a.Name); f.need(key+".name", name) {
			if seen[name] {
				f.add(key+".name", "%q is given twice", a.Name)
			}
			seen[name] = true
		}
		a.Quota.check(f, key+".quota")
		p := a.policy()
		p.Quota = policy.Quota{} // checked
		if err := p.Validate(); err != nil {
			for line := range strings.Lines(err.Error()) {
				name, why, _ := strings.Cut(strings.TrimSpace(line), ": ")
				f.add(key+"."+name, "%s", why)
			}
		}
	}
}

// apns returns the limits of APNs.
func (c *config) apns() map[id.APN]policy.APN {
	apns := map[id.APN]policy.APN{}
	for _, a := range c.APNs {
		apns[id.APN(a.Name)] = a.policy()
	}
	return apns
}
