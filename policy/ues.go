package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scefkit/scefkit/id"
)

// UERange is a set of UEs and groups. The nil UERange holds all of them, the zero UERange none.
type UERange struct {
	// MSISDNs are ranges of numbers.
	MSISDNs []MSISDNRange `json:"msisdns,omitempty"`
	// Domains are the domains of External Identifiers, without regard to the case of letters.
	Domains []string `json:"domains,omitempty"`
	// Groups are External Group Identifiers; "@example.com" stands for all of a domain.
	Groups []string `json:"groups,omitempty"`
}

// MSISDNRange holds the numbers from First to Last, which have the same number of digits.
type MSISDNRange struct {
	First id.MSISDN `json:"first"`
	Last  id.MSISDN `json:"last"`
}

// Contains reports whether ue is in the set.
func (u *UERange) Contains(ue UE) bool {
	switch {
	case u == nil:
		return true
	case ue.MSISDN != "":
		return slices.ContainsFunc(u.MSISDNs, func(r MSISDNRange) bool {
			return len(ue.MSISDN) == len(r.First) && ue.MSISDN >= r.First && ue.MSISDN <= r.Last
		})
	case ue.ExternalID != "":
		return slices.ContainsFunc(u.Domains, func(d string) bool { return strings.EqualFold(d, domain(string(ue.ExternalID))) })
	}
	return slices.ContainsFunc(u.Groups, func(g string) bool {
		if d, whole := strings.CutPrefix(g, "@"); whole {
			return strings.EqualFold(d, domain(string(ue.ExternalGroupID)))
		}
		return g == string(ue.ExternalGroupID)
	})
}

// domain returns what stands behind the last @.
func domain(s string) string { return s[strings.LastIndexByte(s, '@')+1:] }

func (u *UERange) clone() *UERange {
	if u == nil {
		return nil
	}
	return &UERange{slices.Clone(u.MSISDNs), slices.Clone(u.Domains), slices.Clone(u.Groups)}
}

func (u *UERange) validate() (errs []error) {
	if u == nil {
		return nil
	}
	for i, r := range u.MSISDNs {
		if _, err := id.ParseMSISDN(string(r.First)); err != nil {
			errs = append(errs, fmt.Errorf("msisdns[%d].first: %w", i, err))
		} else if _, err := id.ParseMSISDN(string(r.Last)); err != nil {
			errs = append(errs, fmt.Errorf("msisdns[%d].last: %w", i, err))
		} else if len(r.First) != len(r.Last) || r.First > r.Last {
			errs = append(errs, fmt.Errorf("msisdns[%d]: first and last are no range", i))
		}
	}
	if slices.Contains(u.Domains, "") || slices.Contains(u.Groups, "") || slices.Contains(u.Groups, "@") {
		errs = append(errs, errors.New("an empty domain or group"))
	}
	return errs
}
