package t8

import (
	"context"
	"errors"

	"github.com/scefkit/scefkit/fault"
)

// DeliverMOSMS posts a short message from a UE without MSISDN to destination, the URI of an SCS/AS, and returns its reply
// (TS 29.122 §5.15). An answer of 2xx without body is a reply without features: the SCS/AS has taken the message.
//
// Errors are those of Notify, and fault.Internal with Remote set when the reply cannot be read. Safe for concurrent use.
func (n *Notifier) DeliverMOSMS(
	ctx context.Context, destination string, sms *MSISDNLessMOSMSNotification,
) (*MSISDNLessMOSMSNotificationReply, error) {
	const op = "t8.DeliverMSISDNlessMOSMSNotification"
	b, err := encodeBody(sms)
	if err != nil {
		return nil, fault.Wrap(op, fault.Internal, err)
	}
	var answer []byte
	if err := n.send(ctx, destination, content{octets: b}, &answer); err != nil {
		if e, ok := errors.AsType[*fault.Error](err); ok {
			e.Op = op
		}
		return nil, err
	}
	reply := &MSISDNLessMOSMSNotificationReply{}
	if len(answer) > 0 {
		if bad := decodeBody(answer, reply, modeAnswer); bad != nil {
			return nil, &fault.Error{Op: op, Code: fault.Internal, Remote: true, Err: bad}
		}
	}
	return reply, nil
}
