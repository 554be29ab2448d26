package t8

import (
	"context"

	"github.com/scefkit/scefkit/id"
)

// CPProvisioning is the API for communication patterns (TS 29.122 §5.10, 3gpp-cp-parameter-provisioning). The procedure of
// an SCEF implements it, and so does [Client]; a caller need not know which it has.
//
// Every method takes the SCS/AS on whose behalf it works; a resource of another one does not exist (fault.NotFound).
// Bodies are checked before they come here from HTTP; see [Check] for calls in process. An implementation neither keeps
// nor changes a body that it is given; what it returns belongs to the caller. Errors are *[fault.Error]. Safe for
// concurrent use.
//
// When some sets of a request are taken and others are not, the request succeeds and the answer has CPReports. When none
// is, it fails with a code of status 500 over a [ReportError] that holds []CPReport, as in
// fault.Wrap(op, fault.NetworkFailure, t8.ReportError{Body: reports}). ReplaceParameterSet fails with a code of status 409
// or 500 over one that holds a CPReport. A caller finds the ReportError by errors.As, whichever implementation it has.
//
// ctx bounds the answer, not what the call set in motion. Over HTTP it ends when the client goes away.
//
// With a Client, subscriptionID and setID are either the identifier or the whole URI that the SCEF returned (Location,
// self), which is used as it stands.
type CPProvisioning interface {
	// Subscriptions returns all CP provisioning subscriptions of the SCS/AS.
	Subscriptions(ctx context.Context, scsas id.SCSASID) ([]CPInfo, error)

	// CreateSubscription gives the sets to the HSS and returns the subscription with the sets that were taken, each with
	// Self set. Errors: a list of reports, and others.
	CreateSubscription(ctx context.Context, scsas id.SCSASID, info *CPInfo) (*CPInfo, error)

	// Subscription returns a subscription.
	Subscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (*CPInfo, error)

	// ReplaceSubscription adds, changes and removes sets and returns the new subscription, or nil when there is nothing
	// to tell (204). Errors: a list of reports, and others.
	ReplaceSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string, info *CPInfo) (*CPInfo, error)

	// DeleteSubscription ends a subscription and all of its sets.
	DeleteSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) error

	// ParameterSet returns a set.
	ParameterSet(ctx context.Context, scsas id.SCSASID, subscriptionID, setID string) (*CPParameterSet, error)

	// ReplaceParameterSet replaces a set that exists and returns the new one, or nil (204). Errors: fault.NotFound, a
	// report, and others.
	ReplaceParameterSet(
		ctx context.Context, scsas id.SCSASID, subscriptionID, setID string, set *CPParameterSet,
	) (*CPParameterSet, error)

	// DeleteParameterSet ends a set; the others of the subscription stay.
	DeleteParameterSet(ctx context.Context, scsas id.SCSASID, subscriptionID, setID string) error
}

// CPProvisioningAPI makes the API for communication patterns out of an implementation, for [NewHandler].
func CPProvisioningAPI(p CPProvisioning) API {
	const (
		subs = "/{scsAsId}/subscriptions"
		sub  = subs + "/{subscriptionId}"
		set  = sub + "/cpSets/{setId}"
	)
	self := func(s *CPInfo) string { return s.Self }
	return API{Name: "3gpp-cp-parameter-provisioning", Version: "v1", routes: []route{
		getList(subs, "FetchAllCPProvisioningSubscriptions", func(c *call) ([]CPInfo, error) {
			return p.Subscriptions(c.ctx, c.scsas)
		}),
		reporting[[]CPReport](postNew(subs, "CreateCPProvisioningSubscription", self, func(c *call, b *CPInfo) (*CPInfo, error) {
			return p.CreateSubscription(c.ctx, c.scsas, b)
		}), 500),
		getOne(sub, "FetchIndCPProvisioningSubscription", func(c *call) (*CPInfo, error) {
			return p.Subscription(c.ctx, c.scsas, c.vars[0])
		}),
		reporting[[]CPReport](put(sub, "UpdateIndCPProvisioningSubscription", func(c *call, b *CPInfo) (*CPInfo, error) {
			return p.ReplaceSubscription(c.ctx, c.scsas, c.vars[0], b)
		}), 500),
		remove(sub, "DeleteIndCPProvisioningSubscription", func(c *call) error {
			return p.DeleteSubscription(c.ctx, c.scsas, c.vars[0])
		}),
		getOne(set, "FetchIndCPSetProvisioning", func(c *call) (*CPParameterSet, error) {
			return p.ParameterSet(c.ctx, c.scsas, c.vars[0], c.vars[1])
		}),
		reporting[CPReport](put(set, "UpdateIndCPSetProvisioning", func(c *call, b *CPParameterSet) (*CPParameterSet, error) {
			return p.ReplaceParameterSet(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
		}), 409, 500),
		remove(set, "DeleteIndCPSetProvisioning", func(c *call) error {
			return p.DeleteParameterSet(c.ctx, c.scsas, c.vars[0], c.vars[1])
		}),
	}}
}
