package nidd_test

import (
	"bytes"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/t6a"
)

// device is a UE 1 that speaks the Reliable Data Service behind the scripted MME.
type device struct {
	b *bench
	m *rds.Machine

	alternate *bench // takes every second ODR; nil: one SCEF takes all

	wg     sync.WaitGroup
	mu     *sync.Mutex                           // that of the bench: a test changes what it guards as it changes scripts
	links  map[rds.Ports]rds.State               // guarded by mu; by ports of its own frames
	got    []string                              // guarded by mu; data for its applications
	asked  []rds.PortMessage                     // guarded by mu
	told   []rds.PortMessage                     // guarded by mu; answers to what it asked
	frames []string                              // guarded by mu; that came
	drop   func() bool                           // whether a frame of the device gets lost; nil: none does
	texts  map[uint64]string                     // guarded by mu; what submit has sent, by token
	ended  map[string]rds.Outcome                // guarded by mu; its outcomes
	answer func(rds.PortMessage) rds.PortMessage // to MANAGE_PORT; nil: as asked
	said   int                                   // guarded by mu; ODRs so far
	queue  []rds.Frame                           // guarded by mu; that wait to be taken, and the one that is
	mute   bool                                  // it takes frames and does nothing about them
	tda    func(f rds.Frame) *t6a.TDA            // in place of its work, unless nil is returned
}

// withDevice makes the MME lead to a device.
func withDevice(b *bench) *device {
	m, err := rds.New(nil)
	require.NoError(b.t, err)
	u := &device{b: b, m: m, mu: &b.mu, links: map[rds.Ports]rds.State{}, texts: map[uint64]string{}, ended: map[string]rds.Outcome{}}
	b.mme = u.take
	b.ends = append(b.ends, u.wg.Wait)
	return u
}

// take takes what a TDR carries. What the device has to say follows the TDA.
func (u *device) take(tdr *t6a.TDR) (*t6a.TDA, error) {
	f, err := rds.DefaultCodec{}.Parse(bytes.Clone(tdr.NonIPData))
	require.NoError(u.b.t, err)
	u.mu.Lock()
	u.frames = append(u.frames, f.String())
	tda, mute := u.tda, u.mute
	u.mu.Unlock()
	if tda != nil {
		if a := tda(f); a != nil {
			return a, nil
		}
	}
	if !mute {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.queue = append(u.queue, f)
		if len(u.queue) == 1 {
			u.wg.Go(u.work)
		}
	}
	return nil, nil //nolint:nilnil // a success
}

// work takes what has come, in its order.
func (u *device) work() {
	for {
		time.Sleep(time.Millisecond)
		u.mu.Lock()
		f := u.queue[0]
		u.mu.Unlock()
		u.say(u.step(f.Ports.Reverse(), rds.Event{Kind: rds.Receive, Frame: f}))
		u.mu.Lock()
		u.queue = u.queue[1:]
		idle := len(u.queue) == 0
		u.mu.Unlock()
		if idle {
			return
		}
	}
}

// step steps a link and returns the frames that the device has to send.
func (u *device) step(ports rds.Ports, ev rds.Event) (out [][]byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	s, ok := u.links[ports]
	if !ok {
		s = rds.NewState(ports)
	}
	s, actions, err := u.m.Step(s, ev, time.Now())
	require.NoError(u.b.t, err)
	for _, a := range actions {
		switch a.Kind {
		case rds.Transmit:
			b, err := rds.DefaultCodec{}.Append(nil, &a.Frame)
			require.NoError(u.b.t, err)
			out = append(out, b)
		case rds.Deliver:
			u.got = append(u.got, string(a.Data))
		case rds.PortsAsked:
			u.asked = append(u.asked, a.Ports)
			answer := a.Ports
			answer.Ports = slices.Clone(answer.Ports)
			if u.answer != nil {
				answer = u.answer(answer)
			}
			next, more, err := u.m.Step(s, rds.Event{Kind: rds.AnswerPorts, Ports: answer}, time.Now())
			require.NoError(u.b.t, err)
			s = next
			b, err := rds.DefaultCodec{}.Append(nil, &more[0].Frame)
			require.NoError(u.b.t, err)
			out = append(out, b)
		case rds.PortsAnswered:
			u.told = append(u.told, a.Ports)
		case rds.Confirm:
			if text := u.texts[a.Token]; text != "" {
				u.ended[text] = a.Outcome
			}
		}
	}
	u.links[ports] = s
	return out
}

// say sends frames by ODRs, one after the other, and returns the last result.
func (u *device) say(frames [][]byte) (r diameter.Result) {
	for _, f := range frames {
		if u.drop != nil && u.drop() {
			continue
		}
		ans := u.way().tell(odr(string(f)))
		r, _ = diameter.ResultOf(ans)
	}
	return r
}

// way returns who takes the next ODR.
func (u *device) way() *bench {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.said++
	if u.alternate != nil && u.said%2 == 0 {
		return u.alternate
	}
	return u.b
}

// send sends data in a UI frame, or an I frame.
func (u *device) send(ports rds.Ports, data string, acked bool) diameter.Result {
	ev := rds.Event{Kind: rds.SubmitUnacknowledged, Data: []byte(data)}
	if acked {
		ev = rds.Event{Kind: rds.Submit, Data: []byte(data), Token: 1}
	}
	return u.say(u.step(ports, ev))
}

// submit sends data in an I frame and remembers its outcome, see outcomes. All data is different.
func (u *device) submit(ports rds.Ports, data string) {
	u.mu.Lock()
	token := uint64(100 + len(u.texts))
	u.texts[token] = data
	u.mu.Unlock()
	u.say(u.step(ports, rds.Event{Kind: rds.Submit, Data: []byte(data), Token: token}))
}

// outcomes returns what became of data that was submitted.
func (u *device) outcomes() map[string]rds.Outcome {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.ended)
}

// manage sends a MANAGE_PORT.
func (u *device) manage(action rds.PortAction, ports ...rds.Port) diameter.Result {
	r := u.say(u.step(rds.Ports{}, rds.Event{Kind: rds.AskPorts, Ports: rds.PortMessage{Action: action, Ports: ports}}))
	u.b.sleep(time.Second)
	return r
}

// tick lets T200 of the device expire.
func (u *device) tick(ports rds.Ports) { u.say(u.step(ports, rds.Event{Kind: rds.Timeout})) }

// received returns what the applications of the device got.
func (u *device) received() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]string{}, u.got...)
}

// attachRDS attaches the UE with the Reliable Data Service.
func (b *bench) attachRDS() {
	b.t.Helper()
	require.True(b.t, grantedRDS(b.t, b.asks(diameter.Success, cmr(t6a.ConnectionActionEstablishment, asksRDS))))
	b.sleep(time.Second)
}
