package sim

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/scefkit/scefkit/nidd"
)

// Triggers stands in for the device triggering of an SCEF (TS 29.122 §4.4.6), for nidd.Options.Trigger: it accepts every
// trigger and keeps it. A scenario then lets the UE do what it likes. The zero value is ready.
type Triggers struct {
	// Recorder gets a note of each trigger. Default: none.
	Recorder *Recorder
	// SCEFName is what the SCEF is called in the recorder. Default "SCEF".
	SCEFName string

	mu      sync.Mutex
	refuse  func(nidd.TriggerTarget) error // guarded by mu, as all below
	got     []Triggered
	next    int           // of got, for Next
	changed chan struct{} // closed when got grows; nil: nobody waits
}

// Triggered is a trigger that was accepted.
type Triggered struct {
	nidd.TriggerTarget
	Until time.Time // when it becomes useless
}

var _ nidd.Trigger = (*Triggers)(nil)

// Refuse asks fn whether a trigger is possible, whenever one comes; its error says why not. nil ends it.
func (s *Triggers) Refuse(fn func(nidd.TriggerTarget) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = fn
}

// Trigger implements [nidd.Trigger].
func (s *Triggers) Trigger(_ context.Context, ue nidd.TriggerTarget, until time.Time) error {
	s.mu.Lock()
	refuse := s.refuse
	s.mu.Unlock()
	name := s.SCEFName
	if name == "" {
		name = "SCEF"
	}
	if refuse != nil {
		if err := refuse(ue); err != nil {
			s.Recorder.Note(name, "no device trigger: "+err.Error())
			return err
		}
	}
	s.Recorder.Note(name, "triggers the device")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, Triggered{ue, until})
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
	return nil
}

// Sent returns all triggers so far.
func (s *Triggers) Sent() []Triggered {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// Next waits for the next trigger that no call of Next returned yet. The error is the cause of ctx.
func (s *Triggers) Next(ctx context.Context) (Triggered, error) {
	for {
		s.mu.Lock()
		if s.next < len(s.got) {
			t := s.got[s.next]
			s.next++
			s.mu.Unlock()
			return t, nil
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return Triggered{}, fmt.Errorf("sim: waits for a device trigger: %w", context.Cause(ctx))
		}
	}
}
