package t8

import (
	"context"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// DeviceTriggering is the API for device triggers (TS 29.122 §5.7, 3gpp-device-triggering). The procedure of an SCEF
// implements it, and so does [Client]; what [NIDD] says about scope, ownership, errors, contexts and identifiers holds
// here, too.
type DeviceTriggering interface {
	// Triggers returns all triggers of the SCS/AS.
	Triggers(ctx context.Context, scsas id.SCSASID) ([]DeviceTrigger, error)

	// CreateTrigger submits a trigger and returns it with Self set, when the network has taken it. The outcome comes by
	// notification. Errors: fault.UserUnknown, fault.QuotaExceeded, fault.RateLimited, fault.NotAuthorized,
	// fault.NetworkFailure and others.
	CreateTrigger(ctx context.Context, scsas id.SCSASID, trigger *DeviceTrigger) (*DeviceTrigger, error)

	// Trigger returns a trigger.
	Trigger(ctx context.Context, scsas id.SCSASID, transactionID string) (*DeviceTrigger, error)

	// ReplaceTrigger puts another trigger in the place of a pending one and returns it, or nil (204). The UE stays the
	// same. Errors are those of CreateTrigger, and fault.Conflict.
	ReplaceTrigger(ctx context.Context, scsas id.SCSASID, transactionID string, trigger *DeviceTrigger) (*DeviceTrigger, error)

	// ModifyTrigger changes a pending trigger and returns the new one, or nil (204). Errors are those of ReplaceTrigger,
	// and fault.OperationProhibited without feature PatchUpdate. An implementation uses [DeviceTriggerPatch.Apply].
	ModifyTrigger(ctx context.Context, scsas id.SCSASID, transactionID string, patch *DeviceTriggerPatch) (*DeviceTrigger, error)

	// RecallTrigger recalls a pending trigger and returns it as it was at the end, or nil (204). Errors are those of
	// ReplaceTrigger.
	RecallTrigger(ctx context.Context, scsas id.SCSASID, transactionID string) (*DeviceTrigger, error)
}

// triggerPatch holds the media types of a patch: the Rel-18 API description declares application/json.
var triggerPatch = []string{typeJSON, typeMerge}

// DeviceTriggeringAPI makes the API for device triggers out of an implementation, for [NewHandler].
func DeviceTriggeringAPI(p DeviceTriggering) API {
	const (
		triggers = "/{scsAsId}/transactions"
		trigger  = triggers + "/{transactionId}"
	)
	self := func(t *DeviceTrigger) string { return t.Self }
	modify := func(c *call, b *DeviceTriggerPatch) (*DeviceTrigger, error) {
		return p.ModifyTrigger(c.ctx, c.scsas, c.vars[0], b)
	}
	return API{Name: "3gpp-device-triggering", Version: "v1", routes: []route{
		getList(triggers, "FetchAllDeviceTriggeringTransactions", func(c *call) ([]DeviceTrigger, error) {
			return p.Triggers(c.ctx, c.scsas)
		}),
		notifying(postNew(triggers, "CreateDeviceTriggeringTransaction", self, func(c *call, b *DeviceTrigger) (*DeviceTrigger, error) {
			return p.CreateTrigger(c.ctx, c.scsas, b)
		}), "notificationDestination", reflect.TypeFor[DeviceTriggerDeliveryReportNotification]()),
		getOne(trigger, "FetchIndDeviceTriggeringTransaction", func(c *call) (*DeviceTrigger, error) {
			return p.Trigger(c.ctx, c.scsas, c.vars[0])
		}),
		put(trigger, "UpdateIndDeviceTriggeringTransaction", func(c *call, b *DeviceTrigger) (*DeviceTrigger, error) {
			return p.ReplaceTrigger(c.ctx, c.scsas, c.vars[0], b)
		}),
		patch(trigger, "ModifyIndDeviceTriggeringTransaction", triggerPatch, modify),
		removeTelling(trigger, "DeleteIndDeviceTriggeringTransaction", func(c *call) (*DeviceTrigger, error) {
			return p.RecallTrigger(c.ctx, c.scsas, c.vars[0])
		}),
	}}
}
