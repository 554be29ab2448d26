package nidd

import (
	"context"
	"net/http"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// handleODR passes uplink data to the SCS/AS; its answer decides the ODA (TS 29.128 §5.5.3).
func (p *Procedure) handleODR(ctx context.Context, req *diameter.Message) (*diameter.Message, func()) {
	const op = "nidd.ODR"
	var odr t6a.ODR
	if err := odr.Decode(req); err != nil {
		return p.answerError(req, op, err), nil
	}
	begin := time.Now()
	u, conn, c, err := p.uplinkContext(ctx, op, &odr)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	if r := odr.RRCCauseCounter; r != nil && r.CounterValue != nil && p.opts.Trace != nil && p.opts.Trace.ExceptionData != nil {
		p.opts.Trace.ExceptionData(c.APN, *r.CounterValue, r.RRCCounterTimestamp)
	}
	if odr.NonIPData != nil {
		if !p.takeUplink(u, conn, c.SCSAS, isException(&odr), time.Now()) {
			return p.answerError(req, op, refuse(op, resultBeyondRate)), nil
		}
		n := t8.NIDDUplinkDataNotification{NIDDConfiguration: p.configURI(c), Data: odr.NonIPData}
		n.ExternalID, n.MSISDN = c.identity()
		post, cancel := context.WithTimeout(ctx, p.opts.UplinkTimeout)
		err := t8.Send(post, p.Notifier, n.NIDDConfiguration, c.Destination, &n)
		cancel()
		if err != nil {
			p.log.Warn("uplink data not taken", "imsi", u.IMSI, "config", c.ID, "err", err)
			p.chargeUplink(u, c, &odr, begin, resultOfPost(err))
			return p.answerError(req, op, &fault.Error{Op: op, Code: fault.As(err).Code, Result: resultOfPost(err), Err: err}), nil
		}
	}
	ans, err := (&t6a.ODA{
		SessionID: odr.SessionID, Result: diameter.Success, OriginHost: p.Self.Host, OriginRealm: p.Self.Realm, DRMP: odr.DRMP,
	}).Answer(req)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	p.chargeUplink(u, c, &odr, begin, diameter.Success)
	if u.pending == 0 {
		return ans, nil
	}
	// The UE is awake: what waits for it may go out, once the answer left.
	return ans, func() { p.serveSoon(servingHost(u), u.IMSI, true) }
}

// uplinkContext finds the UE and the configuration that uplink data belongs to, with the checks of TS 29.128 §5.5.3 in
// their order. All are shared and must not be changed.
func (p *Procedure) uplinkContext(ctx context.Context, op string, odr *t6a.ODR) (u *UE, conn *Connection, c *Config, err error) {
	ue, err := imsi(&odr.UserIdentifier)
	if err != nil {
		return nil, nil, nil, err
	}
	bearer, err := t6a.ParseBearerIdentifier(odr.BearerIdentifier)
	if err != nil {
		return nil, nil, nil, err
	}
	var found struct { // one variable, as it is in reach of the store
		u    *UE
		conn *Connection
		c    *Config
	}
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
		c, err := p.configOn(r, u, ue, u.Connections[i].APN, time.Now())
		if err != nil {
			return err
		}
		if c == nil || c.Status != Active {
			return refuse(op, diameter.ErrorNIDDConfigurationUnavailable)
		}
		found.u, found.conn, found.c = u, &u.Connections[i], c
		return nil
	})
	return found.u, found.conn, found.c, err
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
