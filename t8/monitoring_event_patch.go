package t8

import "github.com/scefkit/scefkit/fault"

// fixedMembers are what a PATCH must not change (TS 29.122 §4.4.2.2.1) and what only the SCEF sets.
var fixedMembers = [...]string{
	"/self", "/supportedFeatures", "/mtcProviderId", "/externalId", "/msisdn", "/externalGroupId",
	"/monitoringEventReport", "/addnMonEventReports", websocketMember,
}

// websocketMember may go when the SCS/AS wants no more WebSocket.
const websocketMember = "/websockNotifConfig/websocketUri"

// Apply applies the patch to s and checks the result. On an error s is unchanged.
//
// Errors are *[fault.Error] that name what is wrong by a JSON pointer into the patch: those of [JSONPatch.ApplyTo];
// fault.OperationProhibited when a member changes that a PATCH must not touch, such as Self, MSISDN or
// SupportedFeatures; fault.InvalidParameter when the result is no valid subscription. Members that the type does not
// know are dropped.
func (p JSONPatch) Apply(s *MonitoringEventSubscription) error {
	n, e := p.applied(s)
	if e != nil {
		e.Op = "t8.JSONPatch.Apply"
		return e
	}
	*s = *n
	return nil
}

func (p JSONPatch) applied(s *MonitoringEventSubscription) (*MonitoringEventSubscription, *fault.Error) {
	if e := p.check(); e != nil {
		return nil, e
	}
	b, err := encodeBody(s)
	if err != nil {
		return nil, fault.Wrap("", fault.Internal, err)
	}
	var before, after any
	for _, to := range []*any{&before, &after} {
		if err := unmarshalNumbers(b, to); err != nil {
			return nil, fault.Wrap("", fault.Internal, err)
		}
	}
	after, e := p.apply(after)
	if e != nil {
		return nil, e
	}
	if _, ok := after.(map[string]any); !ok {
		return nil, faultOf([]found{{p.blame(""), "must be an object", false}})
	}
	var fixed []fault.Param
	for _, place := range fixedMembers {
		path, _ := parsePointer(place)
		was, had := lookup(before, path)
		is, has := lookup(after, path)
		if had == has && equalJSON(was, is) || !has && place == websocketMember {
			continue
		}
		fixed = append(fixed, fault.Param{Param: p.blame(place), Reason: place + " must not be changed"})
	}
	if fixed != nil {
		e := fault.New("", fault.OperationProhibited, "the patch changes what must stay")
		e.Params = fixed
		return nil, e
	}
	if b, err = marshal(after); err != nil {
		return nil, fault.Wrap("", fault.Internal, err)
	}
	n := new(MonitoringEventSubscription)
	if e := decodeBody(b, n, modeNotify); e != nil {
		var params, others []fault.Param
		for _, x := range e.Params {
			if at := p.blame(x.Param); at != "" {
				params = append(params, fault.Param{Param: at, Reason: x.Param + " " + x.Reason})
			} else {
				others = append(others, fault.Param{Reason: x.Param + " " + x.Reason})
			}
		}
		if e.Params = params; params == nil { // of a group some member may be to blame, and if not, s was wrong before
			e.Params = others
		}
		if e.Code == fault.MissingParameter { // of the resource, not of the request
			e.Code = fault.InvalidParameter
		}
		return nil, e
	}
	return n, nil
}
