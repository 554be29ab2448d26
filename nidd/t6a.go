package nidd

import (
	"context"
	"errors"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t6a"
)

// T6a answers the requests of MMEs and SGSNs: CMR (TS 29.128 §5.7.3) and ODR (§5.5.3). Other commands of the
// application get COMMAND_UNSUPPORTED.
func (p *Procedure) T6a() diameter.Handler { return diameter.HandlerFunc(p.handleT6a) }

func (p *Procedure) handleT6a(ctx context.Context, _ diameter.Identity, req *diameter.Message) (ans *diameter.Message, then func()) {
	if !p.begin() {
		return diameter.ErrorAnswer(req, p.Self, diameter.TooBusy, "", nil), nil
	}
	defer p.wg.Done()
	begin := time.Now()
	if req.Command == t6a.CodeODR {
		ans, then = p.handleODR(ctx, req)
	} else {
		ans, then = p.handleCMR(ctx, req)
	}
	p.opts.Trace.served(req, ans, begin)
	return ans, then
}

// answerError builds the answer for a request that failed: by a Diameter result, by a fault of an AVP, or inside.
func (p *Procedure) answerError(req *diameter.Message, op string, err error) *diameter.Message {
	var f *fault.Error
	if errors.As(err, &f) && f.Result.Code != 0 {
		p.log.Debug("request refused", "op", op, "result", f.Result.String())
		return diameter.ErrorAnswer(req, p.Self, f.Result, "", nil)
	}
	var avp *diameter.AVPError
	var command *diameter.CommandError
	if errors.As(err, &avp) || errors.As(err, &command) {
		p.log.Warn("bad request", "op", op, "err", err)
		return diameter.ErrorAnswerFor(req, p.Self, err)
	}
	// An answer of the permanent class makes the MME drop the PDN connection (§5.5.2), and our own trouble is none.
	p.log.Error("cannot serve a request", "op", op, "err", err)
	return diameter.ErrorAnswer(req, p.Self, diameter.TooBusy, "", nil)
}

// refuse is a check that failed, with the result that says so.
func refuse(op string, r diameter.Result) error {
	return &fault.Error{Op: op, Code: fault.FromResult(r), Result: r}
}

// imsi returns the IMSI of a User-Identifier, which CMR, ODR and TDR must hold (TS 29.128 §6.4.16).
func imsi(u *t6a.UserIdentifier) (id.IMSI, error) {
	if u.UserName == "" {
		return "", t6a.AVPUserIdentifier.Within(diameter.AVPUserName.Missing())
	}
	ue, err := id.ParseIMSI(u.UserName)
	if err != nil {
		err = diameter.AVPUserName.Fault(diameter.InvalidAVPValue, []byte(u.UserName), "User-Name is no IMSI")
		return "", t6a.AVPUserIdentifier.Within(err)
	}
	return ue, nil
}
