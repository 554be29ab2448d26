package nidd

import (
	"context"
	"net/http"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
)

// handleODR passes uplink data to the SCS/AS; its answer decides the ODA (TS 29.128 §5.5.3).
func (p *Procedure) handleODR(ctx context.Context, req *diameter.Message) (*diameter.Message, func()) {
	const op = "nidd.ODR"
	var odr t6a.ODR
	if err := odr.Decode(req); err != nil {
		return p.answerError(req, op, err), nil
	}
	begin := time.Now()
	up, err := p.uplinkContext(ctx, op, &odr)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	if r := odr.RRCCauseCounter; r != nil && r.CounterValue != nil && p.opts.Trace != nil && p.opts.Trace.ExceptionData != nil {
		p.opts.Trace.ExceptionData(up.config.APN, *r.CounterValue, r.RRCCounterTimestamp)
	}
	u, wake := up.ue, false
	switch {
	case odr.NonIPData == nil:
	case !p.takeUplink(u, up.conn, up.config.SCSAS, isException(&odr), time.Now()):
		return p.answerError(req, op, refuse(op, resultBeyondRate)), nil
	case up.conn.rds.on:
		wake, err = p.uplinkFrame(ctx, op, up, odr.NonIPData)
	default:
		err = p.postUplink(ctx, u.IMSI, up.config, odr.NonIPData, nil, false)
	}
	if err != nil {
		ans := p.answerError(req, op, err)
		result, _ := diameter.ResultOf(ans) // it has one
		p.chargeUplink(u, up.config, &odr, begin, result)
		return ans, nil
	}
	ans, err := (&t6a.ODA{
		SessionID: odr.SessionID, Result: diameter.Success, OriginHost: p.Self.Host, OriginRealm: p.Self.Realm, DRMP: odr.DRMP,
	}).Answer(req)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	p.chargeUplink(u, up.config, &odr, begin, diameter.Success)
	if u.pending == 0 && !wake {
		return ans, nil
	}
	// The UE is awake: what waits for it may go out, once the answer left.
	return ans, func() { p.serveSoon(servingHost(u), u.IMSI, true) }
}

// uplink is what uplink data belongs to. config is the oldest active one of the connection.
type uplink struct {
	ue     *UE
	conn   *Connection
	config *Config
}

// uplinkContext finds the UE, the connection and the configuration that uplink data belongs to, with the checks of
// TS 29.128 §5.5.3 in their order. All of it is shared and must not be changed.
func (p *Procedure) uplinkContext(ctx context.Context, op string, odr *t6a.ODR) (*uplink, error) {
	ue, err := imsi(&odr.UserIdentifier)
	if err != nil {
		return nil, err
	}
	bearer, err := t6a.ParseBearerIdentifier(odr.BearerIdentifier)
	if err != nil {
		return nil, err
	}
	var found uplink // one variable, as it is in reach of the store
	err = p.Store.View(ctx, func(r store.Reader) error {
		u, err := p.readUE(r, ue)
		if err != nil {
			return err
		}
		if u == nil {
			return refuse(op, diameter.ErrorUserUnknown)
		}
		i := u.connection(bearer)
		if i < 0 {
			return refuse(op, diameter.ErrorInvalidEPSBearer)
		}
		conn := &u.Connections[i]
		c, err := p.activeOn(r, u, conn.APN, time.Now())
		if err != nil {
			return err
		}
		if c == nil {
			return refuse(op, diameter.ErrorNIDDConfigurationUnavailable)
		}
		found = uplink{u, conn, c}
		return nil
	})
	return &found, err
}

// resultBeyondRate is the result of the ODA for data that the rate control discards: temporary, for the reason below.
var resultBeyondRate = diameter.TooBusy

// resultOfPost maps what became of the POST to the result of the ODA. It is never of the permanent class, on which the
// MME or SGSN would drop the PDN connection (§5.5.2):
//
//	the SCS/AS refuses the notification itself (4xx but 408, 429)   UNABLE_TO_DELIVER
//	it cannot be reached, is slow, overloaded or fails (5xx)        TOO_BUSY
func resultOfPost(err error) diameter.Result {
	f := fault.As(err)
	if s := f.Status(); f.Remote && s/100 == 4 && s != http.StatusTooManyRequests && s != http.StatusRequestTimeout {
		return diameter.UnableToDeliver
	}
	return diameter.TooBusy
}
