package diameter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
)

// A Command is a typed request or answer. diagen makes the commands of a reference point from its dictionary, as those
// in the packages t6a and s6t.
type Command interface {
	// Header returns the command code, the application and the flags of the command.
	Header() (CommandCode, ApplicationID, Flags)
	// AppendAVPs appends the encoded AVPs to b. The error is an *AVPError.
	AppendAVPs(b []byte) ([]byte, error)
	// DecodeAVPs sets the command to what b holds, which it may alias. The error is an *AVPError.
	DecodeAVPs(b []byte) error
}

// NewRequest encodes a request. It fails, with an *AVPError, when c lacks what its grammar requires.
func NewRequest(c Command) (*Message, error) { return BuildRequest(c, c.AppendAVPs) }

// NewAnswer encodes the answer c to req. The Proxy-Info AVPs of req come with it unless c has some of its own, and the E
// flag is set when its result is a protocol error (RFC 6733 §6.2). It fails when c is not the answer that belongs to req
// or, with an *AVPError, when c lacks what its grammar requires.
func NewAnswer(req *Message, c Command) (*Message, error) { return BuildAnswer(req, c, c.AppendAVPs) }

// BuildRequest is [NewRequest] for generated code: kind tells the command, of which only Header is used, and avps appends
// what it holds. So the command itself does not escape to the heap.
func BuildRequest(kind Command, avps func([]byte) ([]byte, error)) (*Message, error) {
	code, app, flags := kind.Header()
	if flags&FlagRequest == 0 {
		return nil, fmt.Errorf("diameter: %T is not a request", kind)
	}
	return encode(kind, avps, Message{Flags: flags, Command: code, App: app}, nil)
}

// BuildAnswer is to [NewAnswer] what [BuildRequest] is to NewRequest.
func BuildAnswer(req *Message, kind Command, avps func([]byte) ([]byte, error)) (*Message, error) {
	code, app, flags := kind.Header()
	if !req.IsRequest() || code != req.Command || app != req.App || flags&FlagRequest != 0 {
		return nil, &CommandError{Message: *req, Want: fmt.Sprintf("a request that %T answers", kind)}
	}
	return encode(kind, avps, Message{
		Flags: req.Flags & FlagProxiable, Command: req.Command, App: req.App, HopByHop: req.HopByHop, EndToEnd: req.EndToEnd,
	}, req)
}

// scratch holds buffers in which commands are encoded before their length is known.
var scratch = sync.Pool{New: func() any { return new(make([]byte, 0, 2048)) }}

// encode returns a message with the header of head and what fill appends, in one allocation of the usual sizes. With req,
// it answers that.
func encode(kind Command, fill func([]byte) ([]byte, error), head Message, req *Message) (*Message, error) {
	buf := scratch.Get().(*[]byte)
	defer scratch.Put(buf)
	b, err := fill((*buf)[:0])
	if err != nil {
		return nil, err
	}
	if req != nil {
		out := outlineOf(b)
		if out.experimental || (Result{Code: out.result}).IsProtocolError() {
			if r, err := ResultOf(&Message{AVPs: b}); err == nil && r.IsProtocolError() {
				head.Flags |= FlagError
			}
		}
		if !out.proxyInfo {
			b = appendAll(b, req.AVPs, 284)
		}
	}
	if cap(b) <= 1<<16 {
		*buf = b[:0]
	}
	if n := HeaderLen + len(b); n > MaxMessageLen {
		return nil, fmt.Errorf("diameter: %T of %d octets is longer than a message can be", kind, n)
	}
	m, _, avps := newMessage(false, len(b))
	*m = head
	m.AVPs = avps
	copy(avps, b)
	return m, nil
}

// outline tells which AVPs an answer has at the outer level.
type outline struct {
	result       uint32 // the value of Result-Code
	experimental bool   // has Experimental-Result
	proxyInfo    bool   // has Proxy-Info
}

func outlineOf(b []byte) (o outline) {
	for len(b) >= 8 {
		h := binary.BigEndian.Uint64(b) // code, flags, length
		n := int(h & 0xffffff)
		if n < 8 || n > len(b) {
			break
		}
		if code := uint32(h >> 32); code-268 <= 297-268 && h&(uint64(AVPVendor)<<24) == 0 {
			switch code {
			case 268:
				if n == 12 {
					o.result = binary.BigEndian.Uint32(b[8:])
				}
			case 284:
				o.proxyInfo = true
			case 297:
				o.experimental = true
			}
		}
		b = b[min(n+(-n&3), len(b)):]
	}
	return o
}

// appendAll appends the well-formed AVPs of from that have the given code and no vendor.
func appendAll(b, from []byte, code AVPCode) []byte {
	for len(from) >= 8 {
		h := binary.BigEndian.Uint64(from) // code, flags, length
		n := int(h & 0xffffff)
		if n < 8 || n > len(from) {
			break
		}
		if AVPCode(h>>32) == code && h&(uint64(AVPVendor)<<24) == 0 {
			a, _, _ := NextAVP(from) // checked above
			b = a.Append(b)
		}
		from = from[min(n+(-n&3), len(from)):]
	}
	return b
}

// A CommandError says that a message is not the command that it was taken for.
type CommandError struct {
	Message Message
	Want    string
}

func (e *CommandError) Error() string {
	kind := "answer"
	if e.Message.IsRequest() {
		kind = "request"
	}
	return fmt.Sprintf("diameter: %s of command %d in application %d is not %s", kind, e.Message.Command, e.Message.App, e.Want)
}

// An AnswerError is an answer with the E flag. It has the grammar of [AnswerMessage] instead of that of its command, and
// comes from whatever node could not carry or serve the request.
type AnswerError struct {
	Result Result
	Answer AnswerMessage // as far as it could be read
}

func (e *AnswerError) Error() string {
	s := "diameter: answer with the E flag: " + e.Result.String()
	if e.Answer.ErrorMessage != "" {
		s += fmt.Sprintf(" (%q)", e.Answer.ErrorMessage)
	}
	return s
}

// Decode reads m into c, which may alias m afterwards. The error is a *CommandError when m is another command than c, an
// *AnswerError when m is an answer with the E flag, and an *AVPError, which holds result and Failed-AVP for the answer,
// when an AVP is wrong.
//
// An answer that states a failure often lacks AVPs that its grammar requires: ask [ResultOf] before Decode.
func Decode(m *Message, c Command) error {
	if err := Expect(m, c); err != nil {
		return err
	}
	return c.DecodeAVPs(m.AVPs)
}

// Expect returns an error, as [Decode] tells, unless m is a message of the given kind whose AVPs are worth reading. Only
// Header of kind is used.
func Expect(m *Message, kind Command) error {
	code, app, flags := kind.Header()
	if m.Command != code || m.App != app || (m.Flags^flags)&FlagRequest != 0 {
		return &CommandError{Message: *m, Want: fmt.Sprintf("%T", kind)}
	}
	if m.Flags&(FlagRequest|FlagError) == FlagError {
		e := new(AnswerError)
		r, err := ResultOf(m)
		if err != nil {
			return err
		}
		_ = e.Answer.DecodeAVPs(m.AVPs) // the result matters more than what else may be wrong
		e.Result = r
		return e
	}
	return nil
}

// ResultOf returns what an answer of any command states in Result-Code or Experimental-Result, looking at no other AVP
// than these. When both are there and one is a failure, that one counts; else the Experimental-Result does. The error is
// an *AVPError when there is neither, or they cannot be read.
func ResultOf(m *Message) (Result, error) {
	var r Result
	d := NewDecoder(m.AVPs, dictionary)
	for d.Next() {
		switch d.Key() {
		case 268:
			d.ResultCode(&r)
		case 297:
			d.ExperimentalResult(&r)
		}
	}
	if r.Code == 0 {
		d.Need(&AVPResultCode)
	}
	return r, d.Err()
}

// ErrorAnswer builds an answer with the failure r to any request, even to one that does not decode. It has the
// Session-Id, the Proxy-Info and the Auth-Session-State of the request, as far as they are there; text goes into
// Error-Message and failed, encoded AVPs, into Failed-AVP, unless they are empty. The E flag is set for protocol errors
// only (RFC 6733 §7.2); other results are answers of the command itself.
func ErrorAnswer(req *Message, from Identity, r Result, text string, failed []byte) *Message {
	b := make([]byte, 0, 256+len(text)+len(failed))
	if a, ok := FindAVP(req.AVPs, 263, 0); ok {
		b = AVP{Code: 263, Flags: AVPMandatory, Data: a.Data}.Append(b)
	}
	if r.Code == 0 {
		r = UnableToComply // never an answer without a result
	}
	b, _ = AppendResult(b, r)
	if a, ok := FindAVP(req.AVPs, 277, 0); ok && len(a.Data) == 4 {
		b = AVP{Code: 277, Flags: AVPMandatory, Data: a.Data}.Append(b)
	}
	b = AppendString(b, 264, 0, AVPMandatory, from.Host)
	b = AppendString(b, 296, 0, AVPMandatory, from.Realm)
	if text != "" {
		b = AppendString(b, 281, 0, 0, text)
	}
	if len(failed) > 0 {
		b = AppendString(b, 279, 0, AVPMandatory, failed)
	}
	b = appendAll(b, req.AVPs, 284)
	m := req.Answer(b)
	if r.IsProtocolError() {
		m.Flags |= FlagError
	}
	return m
}

// ErrorAnswerFor is [ErrorAnswer] for an error of [Decode]: an *AVPError gives result, text and Failed-AVP, a
// *CommandError is COMMAND_UNSUPPORTED, and any other error is UNABLE_TO_COMPLY, whose text stays inside. Wrapped errors
// are found, too.
func ErrorAnswerFor(req *Message, from Identity, err error) *Message {
	if e, ok := errors.AsType[*AVPError](err); ok {
		return ErrorAnswer(req, from, e.Result, e.Reason, e.Failed)
	}
	if _, ok := errors.AsType[*CommandError](err); ok {
		return ErrorAnswer(req, from, CommandUnsupported, "", nil)
	}
	return ErrorAnswer(req, from, UnableToComply, "", nil)
}
