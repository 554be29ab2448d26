package sim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/t6a"
)

// printable is a typed command.
type printable interface {
	diameter.Command
	fmt.Stringer
}

// words collects what a line says.
type words struct {
	b    strings.Builder
	mask bool
}

func (w *words) add(format string, args ...any) {
	w.b.WriteByte(' ')
	fmt.Fprintf(&w.b, format, args...)
}

// text adds name=value unless value is empty.
func (w *words) text(name, value string) {
	if value != "" {
		w.add("%s=%s", name, value)
	}
}

func (w *words) time(name string, t time.Time) {
	if !t.IsZero() {
		w.add("%s=%s", name, stamp(t))
	}
}

func (w *words) imsi(s string) {
	if w.mask {
		s = id.IMSI(s).String()
	}
	w.text("IMSI", s)
}

func (w *words) msisdn(b []byte) {
	s, err := tgpp.ParseTBCD(b)
	if err != nil {
		s = "?"
	}
	if w.mask {
		s = id.MSISDN(s).String()
	}
	w.text("MSISDN", s)
}

func (w *words) external(s string) {
	if w.mask {
		s = id.ExternalID(s).String()
	}
	w.text("External-Identifier", s)
}

func (w *words) bearer(b []byte) {
	if len(b) == 1 {
		w.add("bearer%s%d", glue, b[0])
	}
}

func (w *words) pco(b []byte) {
	if b != nil {
		w.add("Extended-PCO%s(%s)", glue, octets(len(b)))
	}
}

// stamp writes a time of a message: seconds are what an AVP holds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// commands make the commands of each application.
var commands = map[diameter.ApplicationID]func(diameter.CommandCode, bool) diameter.Command{
	diameter.AppBase: diameter.NewBase, s6t.App: s6t.New, t6a.App: t6a.New,
}

// commandOf returns a new value to decode m into, nil when its type is not known here, and its name.
func commandOf(m *diameter.Message) (printable, string) {
	if fresh := commands[m.App]; fresh != nil {
		if c, ok := fresh(m.Command, m.IsRequest()).(printable); ok {
			return c, reflect.TypeOf(c).Elem().Name()
		}
	}
	n := fmt.Sprintf("command %d of application %d", m.Command, m.App)
	if !m.IsRequest() {
		n = "answer to " + n
	}
	return nil, n
}

// command tells what matters in a command.
func (w *words) command(c diameter.Command) {
	switch c := c.(type) {
	case *s6t.NIR:
		u := &c.UserIdentifier
		switch {
		case c.NIDDAuthorizationRequest != nil:
			w.add("NIDD-Authorization-Request")
		case c.NIDDAuthorizationUpdate != nil:
			w.add("NIDD-Authorization-Update")
		}
		w.imsi(u.UserName)
		w.msisdn(u.MSISDN)
		w.external(u.ExternalIdentifier)
		if q := c.NIDDAuthorizationRequest; q != nil {
			w.text("apn", q.ServiceSelection)
			w.time("until", q.RequestedValidityTime)
		}
		if u := c.NIDDAuthorizationUpdate; u != nil {
			for _, v := range u.APNValidityTime {
				if v.ServiceSelection == "" {
					w.add("all APNs")
				}
				w.text("apn", v.ServiceSelection)
				w.time("until", v.GrantedValidityTime)
			}
		}
	case *s6t.NIA:
		if g := c.NIDDAuthorizationResponse; g != nil {
			w.imsi(g.UserName)
			w.msisdn(g.MSISDN)
			w.external(g.ExternalIdentifier)
			w.time("until", g.GrantedValidityTime)
		}
	case *t6a.CMR:
		w.add("%s", strings.ToLower(strings.TrimPrefix(c.ConnectionAction.String(), "CONNECTION_")))
		if c.CMRFlags != nil && *c.CMRFlags != 0 {
			w.add("%v", *c.CMRFlags)
		}
		w.imsi(c.UserIdentifier.UserName)
		w.bearer(c.BearerIdentifier)
		w.text("apn", c.ServiceSelection)
		if c.RATType != nil {
			w.add("%v", *c.RATType)
		}
		if p, err := tgpp.ParsePLMN(c.VisitedPLMNID); err == nil {
			w.add("PLMN%s%s/%s", glue, p.MCC, p.MNC)
		}
		if s := c.ServingPLMNRateControl; s != nil {
			w.add("Serving-PLMN-Rate-Control")
		}
		w.time("reachable-until", c.MaximumUEAvailabilityTime)
		w.pco(c.ExtendedPCO)
	case *t6a.CMA:
		if c.PDNConnectionChargingID != nil {
			w.add("charging-id=%08x", *c.PDNConnectionChargingID)
		}
		w.pco(c.ExtendedPCO)
	case *t6a.ODR:
		w.imsi(c.UserIdentifier.UserName)
		w.bearer(c.BearerIdentifier)
		if r := c.RRCCauseCounter; r != nil && r.CounterValue != nil {
			w.add("exception-counter=%d", *r.CounterValue)
		}
		if c.NonIPData != nil {
			w.add("%s", payload(c.NonIPData))
		}
	case *t6a.TDR:
		w.imsi(c.UserIdentifier.UserName)
		w.bearer(c.BearerIdentifier)
		if c.NonIPData != nil {
			w.add("%s", payload(c.NonIPData))
		}
		w.time("retransmit-until", c.MaximumRetransmissionTime)
	case *t6a.TDA:
		if c.TDAFlags != nil && *c.TDAFlags != 0 {
			w.add("%v", *c.TDAFlags)
		}
		w.time("retransmit-at", c.RequestedRetransmissionTime)
	}
}

// describe tells a message in a line and in full, and whether it is a failure.
func describe(m *diameter.Message, mask bool) (line, detail string, failed bool) {
	c, name := commandOf(m)
	w := words{mask: mask}
	w.b.WriteString(name)
	if m.Flags&diameter.FlagRetransmitted != 0 {
		w.add("(T)")
	}
	if !m.IsRequest() {
		r, err := diameter.ResultOf(m)
		failed = err != nil || !r.IsSuccess()
		w.add("%s", resultText(r))
	}
	full := fmt.Sprintf("%d octets that are not told in full", m.Len())
	if c != nil {
		err := diameter.Decode(m, c)
		if e, ok := errors.AsType[*diameter.AnswerError](err); ok {
			full = unfold(e.Answer.String())
		} else if err != nil {
			full = err.Error()
		} else {
			w.command(c)
			full = unfold(c.String())
		}
	}
	hop := ""
	if m.HopByHop != 0 { // not known yet where a simulated node records what it sends
		hop = fmt.Sprintf("  hop-by-hop %08x", m.HopByHop)
	}
	head := fmt.Sprintf("%s  application %d  command %d  flags %s%s  end-to-end %08x  %d octets",
		name, m.App, m.Command, flags(m.Flags), hop, m.EndToEnd, m.Len())
	return w.b.String(), head + "\n" + full, failed
}

func flags(f diameter.Flags) string {
	out := []byte("----")
	for i, bit := range []diameter.Flags{diameter.FlagRequest, diameter.FlagProxiable, diameter.FlagError, diameter.FlagRetransmitted} {
		if f&bit != 0 {
			out[i] = "RPET"[i]
		}
	}
	return string(out)
}

// resultText gives a result as "5653 USER_TEMPORARILY_UNREACHABLE".
func resultText(r diameter.Result) string {
	name, _, named := strings.Cut(r.String(), " (")
	if !named || r.Code == 0 {
		return r.String()
	}
	return fmt.Sprintf("%d%s%s", r.Code, glue, strings.TrimPrefix(strings.TrimPrefix(name, "DIAMETER_"), "ERROR_"))
}

// unfold breaks what Printer wrote into indented lines.
func unfold(s string) string {
	var b strings.Builder
	depth, quoted := 0, false
	indent := func() {
		b.WriteByte('\n')
		b.WriteString(strings.Repeat("  ", depth))
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted:
			b.WriteByte(c)
			if c == '\\' && i+1 < len(s) {
				i++
				b.WriteByte(s[i])
			}
			quoted = c != '"'
		case c == '"':
			quoted = true
			b.WriteByte(c)
		case c == '{':
			depth++
			b.WriteByte(c)
			indent()
		case c == '}':
			depth--
			indent()
			b.WriteByte(c)
		case c == ',' && i+1 < len(s) && s[i+1] == ' ':
			i++
			indent()
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// maxPayload is how much of user data is shown.
const maxPayload = 32

// payload tells user data: as text when it is some, else in hexadecimal.
func payload(b []byte) string {
	if len(b) == 0 {
		return octets(0)
	}
	return octets(len(b)) + " " + preview(b)
}

func octets(n int) string {
	if n == 1 {
		return "1" + glue + "octet"
	}
	return fmt.Sprintf("%d%soctets", n, glue)
}

func preview(b []byte) string {
	rest := ""
	if len(b) > maxPayload {
		b, rest = b[:maxPayload], "…"
	}
	if utf8.Valid(b) && !bytes.ContainsFunc(b, func(r rune) bool { return !unicode.IsPrint(r) || r >= 0x1100 }) {
		return "“" + strings.ReplaceAll(string(b), " ", glue) + rest + "”"
	}
	return fmt.Sprintf("%x%s", b[:min(len(b), maxPayload/2)], rest)
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// shortURI gives the path of a URI, with long segments cut.
func shortURI(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "?"
	}
	parts := strings.Split(u.Path, "/")
	for i, p := range parts {
		if len(p) > 16 && strings.ContainsAny(p, "0123456789") {
			parts[i] = "…" + p[len(p)-5:] // the end: an identifier may start with a time
		}
	}
	return strings.Join(parts, "/")
}

// shown are the members of T8 bodies that are told in a line, in this order.
var shown = []string{
	"externalId", "msisdn", "externalGroupId", "niddConfiguration", "niddDownlinkDataTransfer", "data", "deliveryStatus",
	"status", "cause", "detail", "maximumLatency", "priority", "pdnEstablishmentOption", "duration",
	"requestedRetransmissionTime",
}

// echoed are those that an answer repeats from the request.
var echoed = []string{"externalId", "msisdn", "externalGroupId", "maximumLatency", "priority", "pdnEstablishmentOption"}

// members tells what matters in the body of a request or answer.
func members(body []byte, answer, mask bool) string {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return ""
	}
	if mask {
		hide(m)
	}
	if p, ok := m["problemDetail"].(map[string]any); ok { // of NiddDownlinkDataDeliveryFailure
		for k, v := range p {
			m[k] = v
		}
	}
	problem := m["title"] != nil || m["cause"] != nil
	var b strings.Builder
	for _, name := range shown {
		v, ok := m[name]
		if !ok || problem && name == "status" || answer && slices.Contains(echoed, name) {
			continue
		}
		text := fmt.Sprint(v)
		if s, ok := v.(string); ok {
			text = memberText(name, s)
		}
		fmt.Fprintf(&b, " %s=%s", name, text)
	}
	return b.String()
}

func memberText(name, s string) string {
	switch name {
	case "data":
		if b, err := base64.StdEncoding.DecodeString(s); err == nil {
			return preview(b)
		}
	case "niddConfiguration", "niddDownlinkDataTransfer":
		s = shortURI(s)
		return s[strings.LastIndexByte(s, '/')+1:]
	case "detail":
		return "“" + s + "”"
	}
	return s
}

// indentJSON gives a body in lines.
func indentJSON(body []byte, mask bool) string {
	if len(body) == 0 {
		return ""
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return fmt.Sprintf("%d octets that are not JSON", len(body))
	}
	if mask {
		hide(v)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if e.Encode(v) != nil {
		return ""
	}
	return b.String()
}

// hide masks identities wherever they stand.
func hide(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			hide(e)
		}
	case map[string]any:
		path, _ := v["path"].(string) // of an operation of JSON Patch, which is about the value
		for name, e := range v {
			hidden := hiding(name)
			if name == "value" {
				for part := range strings.SplitSeq(path, "/") {
					if h := hiding(part); h != nil {
						hidden = h
					}
				}
			}
			if hidden != nil {
				v[name] = hideAll(e, hidden)
			} else {
				hide(e)
			}
		}
	}
}

// hideAll masks a string or each string of a list.
func hideAll(v any, hidden func(string) string) any {
	switch v := v.(type) {
	case string:
		return hidden(v)
	case []any:
		for i, e := range v {
			v[i] = hideAll(e, hidden)
		}
	default:
		hide(v)
	}
	return v
}

// hiding returns what masks an identity in a member of T8 with this name, as msisdn or excludedMsisdns, and nil when there is
// none in it.
func hiding(name string) func(string) string {
	name = strings.ToLower(strings.TrimSuffix(name, "s"))
	switch {
	case strings.HasSuffix(name, "externalid"), name == "externalgroupid", name == "extgroupid":
		return func(s string) string { return id.ExternalID(s).String() }
	case strings.HasSuffix(name, "msisdn"):
		return func(s string) string { return id.MSISDN(s).String() }
	case name == "gpsi": // msisdn-digits or extid-local@domain
		return func(s string) string {
			kind, rest, _ := strings.Cut(s, "-")
			return kind + "-" + id.ExternalID(rest).String()
		}
	}
	return nil
}
