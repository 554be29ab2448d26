package t8

import (
	"context"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// ECRControl is the API for the restriction of enhanced coverage (TS 29.122 §5.12, 3gpp-ecr-control). It has two operations
// and no resources. The procedure of an SCEF implements it, and so does [Client]; a caller need not know which it has.
//
// Every method takes the SCS/AS on whose behalf it works. Over HTTP that is the one that is authenticated, for the path
// names none; a body that names another one is refused with fault.NotAuthorized (403), as nobody asks for somebody else.
//
// Bodies are checked before they come here from HTTP; see [Check] for calls in process. The handler checks as well that a
// query has no setting and that a configuration has one. An implementation neither keeps nor changes a body that it is
// given; what it returns belongs to the caller. Errors are *[fault.Error]. Safe for concurrent use.
//
// ctx bounds the answer, not what the call set in motion. Over HTTP it ends when the client goes away.
type ECRControl interface {
	// Query returns the restriction that is in force.
	Query(ctx context.Context, scsas id.SCSASID, req *ECRRequest) (*ECRData, error)

	// Configure sets the restriction and returns the one that is then in force.
	Configure(ctx context.Context, scsas id.SCSASID, req *ECRRequest) (*ECRData, error)
}

// ECRControlAPI makes the API for enhanced coverage out of an implementation, for [NewHandler]. The standard names neither
// operation; for policy and traces they are QueryECRControl and ConfigureECRControl.
func ECRControlAPI(p ECRControl) API {
	const query, configure = "QueryECRControl", "ConfigureECRControl"
	return API{Name: "3gpp-ecr-control", Version: "v1", refuse401: []string{query, configure}, routes: []route{
		post("/query", query, func(c *call, b *ECRRequest) (*ECRData, error) {
			if err := b.check(c.scsas, false); err != nil {
				return nil, err
			}
			return p.Query(c.ctx, c.scsas, b)
		}),
		post("/configure", configure, func(c *call, b *ECRRequest) (*ECRData, error) {
			if err := b.check(c.scsas, true); err != nil {
				return nil, err
			}
			return p.Configure(c.ctx, c.scsas, b)
		}),
	}}
}

// check compares r with the rules of one of the operations; scsas is who asks.
func (r *ECRRequest) check(scsas id.SCSASID, configure bool) error {
	if r.SCSASID != "" && r.SCSASID != scsas {
		e := fault.New("", fault.NotAuthorized, "the body names another SCS/AS")
		e.Params = []fault.Param{{Param: "/scsAsId", Reason: "must be the SCS/AS that is authenticated"}}
		return e
	}
	given := 0
	var faults []found
	for _, m := range []struct {
		pointer string
		given   bool
	}{
		{"/ecrDataWbs", r.ECRDataWBs != nil},
		{"/restrictedPlmnIds", r.RestrictedPLMNIDs != nil},
		{"/allowedPlmnIds", r.AllowedPLMNIDs != nil},
	} {
		switch {
		case m.given && !configure:
			faults = append(faults, found{m.pointer, "must not be there in a query", false})
		case m.given:
			given++
		case configure:
			faults = append(faults, found{m.pointer, "at least one of ecrDataWbs, restrictedPlmnIds, allowedPlmnIds must be given", true})
		}
	}
	if given > 0 || len(faults) == 0 {
		return nil
	}
	return faultOf(faults)
}
