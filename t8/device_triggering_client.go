package t8

import (
	"context"

	"github.com/scefkit/scefkit/id"
)

// DeviceTriggering returns the API for device triggers.
func (c *Client) DeviceTriggering() DeviceTriggering {
	return triggerClient{caller{c, "3gpp-device-triggering", "/3gpp-device-triggering/v1"}}
}

// triggerClient is DeviceTriggering over HTTP.
type triggerClient struct{ caller }

var _ DeviceTriggering = triggerClient{}

func (t triggerClient) all(scsas id.SCSASID) string { return t.collection(scsas, "transactions") }

func (t triggerClient) one(scsas id.SCSASID, transactionID string) string {
	return item(t.all(scsas), transactionID)
}

func (t triggerClient) Triggers(ctx context.Context, scsas id.SCSASID) ([]DeviceTrigger, error) {
	return fetchList[DeviceTrigger](ctx, t.caller, "FetchAllDeviceTriggeringTransactions", scsas, t.all(scsas))
}

func (t triggerClient) CreateTrigger(ctx context.Context, scsas id.SCSASID, trigger *DeviceTrigger) (*DeviceTrigger, error) {
	q := request{operation: "CreateDeviceTriggeringTransaction", scsas: scsas, uri: t.all(scsas), body: trigger}
	return create(ctx, t.caller, q, func(v *DeviceTrigger) *string { return &v.Self })
}

func (t triggerClient) Trigger(ctx context.Context, scsas id.SCSASID, transactionID string) (*DeviceTrigger, error) {
	return fetch[DeviceTrigger](ctx, t.caller, "FetchIndDeviceTriggeringTransaction", scsas, t.one(scsas, transactionID))
}

func (t triggerClient) ReplaceTrigger(
	ctx context.Context, scsas id.SCSASID, transactionID string, trigger *DeviceTrigger,
) (*DeviceTrigger, error) {
	return change[DeviceTrigger](ctx, t.caller, request{
		operation: "UpdateIndDeviceTriggeringTransaction", scsas: scsas,
		method: "PUT", uri: t.one(scsas, transactionID), media: typeJSON, body: trigger,
	})
}

// ModifyTrigger sends application/json, which is what the Rel-18 API description declares for this operation.
func (t triggerClient) ModifyTrigger(
	ctx context.Context, scsas id.SCSASID, transactionID string, patch *DeviceTriggerPatch,
) (*DeviceTrigger, error) {
	return change[DeviceTrigger](ctx, t.caller, request{
		operation: "ModifyIndDeviceTriggeringTransaction", scsas: scsas,
		method: "PATCH", uri: t.one(scsas, transactionID), media: triggerPatch[0], body: patch,
	})
}

func (t triggerClient) RecallTrigger(ctx context.Context, scsas id.SCSASID, transactionID string) (*DeviceTrigger, error) {
	return dropTelling[DeviceTrigger](ctx, t.caller, "DeleteIndDeviceTriggeringTransaction", scsas, t.one(scsas, transactionID))
}
