package t8

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// MonitoringEvent returns the API for monitoring of events.
func (c *Client) MonitoringEvent() MonitoringEvent {
	return monitoringClient{caller{c, "3gpp-monitoring-event", monitoringBase}}
}

// monitoringClient is MonitoringEvent over HTTP.
type monitoringClient struct{ caller }

var _ MonitoringEvent = monitoringClient{}

func (m monitoringClient) subscription(scsas id.SCSASID, ident string) string {
	return item(m.collection(scsas, "subscriptions"), ident)
}

func (m monitoringClient) Subscriptions(ctx context.Context, scsas id.SCSASID, filter UEFilter) (
	[]MonitoringEventSubscription, error,
) {
	const op = "FetchAllMonitoringEventSubscriptions"
	uri, err := filter.addTo(m.collection(scsas, "subscriptions"))
	if err != nil {
		return nil, fault.Wrap("t8."+op, fault.InvalidParameter, err)
	}
	return fetchList[MonitoringEventSubscription](ctx, m.caller, op, scsas, uri)
}

func (m monitoringClient) CreateSubscription(ctx context.Context, scsas id.SCSASID, sub *MonitoringEventSubscription) (
	*MonitoringEventSubscription, []MonitoringEventReport, error,
) {
	const op = "CreateMonitoringEventSubscription"
	body, status, location, err := invoke[json.RawMessage](ctx, m.caller, request{
		operation: op, scsas: scsas, method: "POST", uri: m.collection(scsas, "subscriptions"),
		media: typeJSON, body: sub, create: true,
	})
	if err != nil {
		return nil, nil, err
	}
	var answer []byte
	if body != nil {
		answer = *body
	}
	var s *MonitoringEventSubscription
	var reports []MonitoringEventReport
	if status == http.StatusCreated {
		s, err = readSubscription(answer, location)
	} else {
		reports, err = readReports(answer)
	}
	if err != nil {
		return nil, nil, &fault.Error{Op: "t8." + op, Code: fault.Internal, Remote: true, Err: err}
	}
	return s, reports, nil
}

// readSubscription reads the answer 201. Its body should be there, but nothing is lost without it.
func readSubscription(body []byte, location string) (*MonitoringEventSubscription, error) {
	s := new(MonitoringEventSubscription)
	if len(body) > 0 {
		if e := decodeBody(body, s, modeAnswer); e != nil {
			return nil, e
		}
	}
	if location != "" {
		s.Self = location // what later requests are for
	}
	if s.Self == "" {
		return nil, errors.New("the answer names no resource")
	}
	return s, nil
}

// readReports reads the answer 200, which holds one report or several.
func readReports(body []byte) ([]MonitoringEventReport, error) {
	var several MonitoringEventReports
	if e := decodeBody(body, &several, modeAnswer); e != nil {
		return nil, e
	}
	if len(several.MonitoringEventReports) > 0 {
		return several.MonitoringEventReports, nil
	}
	var report MonitoringEventReport
	if e := decodeBody(body, &report, modeAnswer); e != nil {
		return nil, e
	}
	if report.MonitoringType == "" {
		return nil, errors.New("the answer is no report")
	}
	return []MonitoringEventReport{report}, nil
}

func (m monitoringClient) Subscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (
	*MonitoringEventSubscription, error,
) {
	return fetch[MonitoringEventSubscription](ctx, m.caller, "FetchIndMonitoringEventSubscription", scsas,
		m.subscription(scsas, subscriptionID))
}

func (m monitoringClient) ReplaceSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string,
	sub *MonitoringEventSubscription,
) (*MonitoringEventSubscription, error) {
	return change[MonitoringEventSubscription](ctx, m.caller, request{
		operation: "UpdateIndMonitoringEventSubscription", scsas: scsas, method: "PUT",
		uri: m.subscription(scsas, subscriptionID), media: typeJSON, body: sub,
	})
}

// ModifySubscription sends nothing when the patch is wrong by itself, see [JSONPatch.Check].
func (m monitoringClient) ModifySubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string, patch JSONPatch) error {
	const op = "ModifyIndMonitoringEventSubscription"
	if e := patch.check(); e != nil {
		e.Op = "t8." + op
		return e
	}
	_, _, err := m.c.do(ctx, request{
		api: m.api, operation: op, scsas: scsas, method: "PATCH",
		uri: m.subscription(scsas, subscriptionID), media: typeJSONPatch, body: patch,
	}, nil)
	return err
}

func (m monitoringClient) DeleteSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (
	[]MonitoringEventReport, error,
) {
	return all(dropTelling[[]MonitoringEventReport](ctx, m.caller, "DeleteIndMonitoringEventSubscription", scsas,
		m.subscription(scsas, subscriptionID)))
}
