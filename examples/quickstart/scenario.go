package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

// stepTime is how long a step may take.
const stepTime = 15 * time.Second

// scenario is the main job, step by step.
type scenario struct {
	*network
	config   string // URI of the configuration
	delivery string // URI of the delivery that waits
	done     []step
	failed   error
	took     time.Duration
}

// step is what one step proved.
type step struct {
	title string
	took  time.Duration
	err   error
}

// reading and the others are the data that travels.
var (
	reading = []byte("21.5 °C")
	command = []byte("valve=open")
	stored  = []byte("interval=900")
)

// play runs the steps until one fails.
func (s *scenario) play(ctx context.Context) error {
	begin := time.Now()
	defer func() { s.took = time.Since(begin) }()
	for i, st := range []struct {
		title string
		run   func(context.Context) error
		flow  string // the messages in their order
	}{
		{"The AS asks for NIDD with a UE; the HSS authorises it", s.configure, "POST NIR NIA 201"},
		{"The UE attaches", s.attach, "CMR CMA"},
		{"Uplink: the UE sends a reading", s.uplink, "ODR POST 204 ODA"},
		{"Downlink: the AS sends a command to the UE", s.downlink, "POST TDR TDA 200"},
		{"The UE sleeps: downlink data is stored", s.buffer, "POST TDR TDA 201"},
		{"The SCEF crashes; another one finds on disk what was acknowledged", s.restart, "GET 200"},
		{"The UE wakes: what is stored is delivered, and the AS is told", s.wake, "CMR CMA TDR TDA POST 204 GET 404"},
		{"The UE detaches", s.detach, "CMR CMA"},
	} {
		title := fmt.Sprintf("%d  %s", i+1, st.title)
		s.rec.Phase(title)
		before := len(s.rec.Events())
		start := time.Now()
		ctx, cancel := context.WithTimeout(ctx, stepTime)
		err := st.run(ctx)
		cancel()
		if err == nil {
			err = sameFlow(st.flow, s.rec.Events()[before:])
		}
		s.done = append(s.done, step{title, time.Since(start), err})
		if err != nil {
			s.failed = fmt.Errorf("step %d (%s): %w", i+1, st.title, err)
			return s.failed
		}
	}
	return nil
}

// sameFlow compares the messages of Diameter and HTTP, told by their first words, with those that ought to flow.
func sameFlow(want string, events []sim.Event) error {
	var got []string
	for _, e := range events {
		if e.Protocol == sim.Diameter || e.Protocol == sim.HTTP {
			word, _, _ := strings.Cut(e.Text, " ")
			got = append(got, word)
		}
	}
	if have := strings.Join(got, " "); have != want {
		return fmt.Errorf("messages %q, want %q", have, want)
	}
	return nil
}

func (s *scenario) configure(ctx context.Context) error {
	cfg, err := s.as.NIDD().CreateConfiguration(ctx, scsas, &t8.NIDDConfiguration{
		ExternalID: externalID, NotificationDestination: s.callback,
	})
	if err != nil {
		return err
	}
	s.config = cfg.Self
	return errors.Join(
		is("status of the configuration", cfg.Status, t8.NIDDActive),
		that("the configuration has a Location below the API root", strings.HasPrefix(cfg.Self, "http://"+s.t8Addr+"/3gpp-nidd/v1/as1/configurations/")),
		that("the HSS knows which SCEF it authorised", slices.Equal(s.hss.Authorized(imsi), []diameter.Identity{scefID})),
	)
}

func (s *scenario) attach(ctx context.Context) error {
	if err := s.ue.Attach(ctx, s.mme, apn); err != nil {
		return err
	}
	return that("the MME holds one T6a connection", len(s.mme.Bearers(s.ue)) == 1)
}

func (s *scenario) uplink(ctx context.Context) error {
	if err := s.ue.Send(ctx, reading); err != nil {
		return err
	}
	n, err := sim.Next[t8.NIDDUplinkDataNotification](ctx, s.as)
	if err != nil {
		return err
	}
	return errors.Join(
		is("data at the AS", string(n.Data), string(reading)),
		is("externalId", n.ExternalID, externalID),
		is("niddConfiguration", n.NIDDConfiguration, s.config),
	)
}

func (s *scenario) downlink(ctx context.Context) error {
	d, err := s.as.NIDD().CreateDelivery(ctx, scsas, s.config, &t8.NIDDDownlinkDataTransfer{ExternalID: externalID, Data: command})
	if err != nil {
		return err
	}
	return errors.Join(
		is("self of the delivery", d.Self, ""),
		is("deliveryStatus", d.DeliveryStatus, t8.DeliverySuccessNextHopAcknowledged),
		s.received(ctx, command),
	)
}

func (s *scenario) buffer(ctx context.Context) error {
	s.ue.Sleep()
	d, err := s.as.NIDD().CreateDelivery(ctx, scsas, s.config, &t8.NIDDDownlinkDataTransfer{ExternalID: externalID, Data: stored})
	if err != nil {
		return err
	}
	s.delivery = d.Self
	return errors.Join(
		that("the stored delivery has a Location below its configuration", strings.HasPrefix(d.Self, s.config+"/downlink-data-deliveries/")),
		is("deliveryStatus", d.DeliveryStatus, t8.DeliveryBufferingTemporarilyUnreachable),
		that("the MME notes that the SCEF has data", s.mme.NotReachable(s.ue, scefID)),
		that("the UE got nothing", len(s.ue.Received()) == 1),
	)
}

func (s *scenario) restart(ctx context.Context) error {
	if err := s.crash(ctx); err != nil {
		return err
	}
	d, err := s.as.NIDD().Delivery(ctx, scsas, s.config, s.delivery)
	if err != nil {
		return err
	}
	return errors.Join(
		is("life of the SCEF", s.lives, 2),
		is("data of the stored delivery", string(d.Data), string(stored)),
		is("deliveryStatus", d.DeliveryStatus, t8.DeliveryBufferingTemporarilyUnreachable),
	)
}

func (s *scenario) wake(ctx context.Context) error {
	if err := s.ue.Wake(ctx); err != nil {
		return err
	}
	if err := s.received(ctx, stored); err != nil {
		return err
	}
	n, err := sim.Next[t8.NIDDDownlinkDataDeliveryStatusNotification](ctx, s.as)
	if err != nil {
		return err
	}
	_, err = s.as.NIDD().Delivery(ctx, scsas, s.config, s.delivery)
	return errors.Join(
		is("niddDownlinkDataTransfer", n.NIDDDownlinkDataTransfer, s.delivery),
		is("deliveryStatus", n.DeliveryStatus, t8.DeliverySuccessNextHopAcknowledged),
		that("the delivery is no resource any more", errors.Is(err, fault.NotFound) || errors.Is(err, fault.AlreadyDelivered)),
		that("the UE got each packet once", len(s.ue.Received()) == 2),
	)
}

func (s *scenario) detach(ctx context.Context) error {
	if err := s.ue.Detach(ctx); err != nil {
		return err
	}
	return that("no MME serves the UE", s.ue.Serving() == nil)
}

// received waits for the next packet at the UE.
func (s *scenario) received(ctx context.Context, want []byte) error {
	got, err := s.ue.Receive(ctx)
	if err != nil {
		return fmt.Errorf("the UE waits for %q: %w", want, err)
	}
	return that(fmt.Sprintf("the UE got %q", want), bytes.Equal(got, want))
}

func is[T comparable](what string, got, want T) error {
	if got != want {
		return fmt.Errorf("%s is %v, want %v", what, got, want)
	}
	return nil
}

func that(what string, ok bool) error {
	if !ok {
		return fmt.Errorf("it does not hold that %s", what)
	}
	return nil
}

// summary tells what was proven.
func (s *scenario) summary(w io.Writer) {
	fmt.Fprintf(w, "\nSteps\n")
	for _, d := range s.done {
		mark := "✓"
		if d.err != nil {
			mark = "✗"
		}
		fmt.Fprintf(w, "  %s %-72s %8.1f ms\n", mark, d.title, float64(d.took.Microseconds())/1000)
	}
	if s.failed != nil {
		fmt.Fprintf(w, "\nFailed: %v\n", s.failed)
		return
	}
	fmt.Fprintf(w, `
Proven
  - data arrived as it was sent, once, in both directions; each message flowed in the order shown, and none besides
  - the delivery that was answered with 201 survived: the files of the store were copied while the SCEF had them open,
    as kill -9 would leave them; the SCEF and its store were then closed and deleted, and another SCEF ran on the copy
    (what a power cut leaves, the tests of store/pebble look at)
  - the AS was told the outcome, and the resource is gone
`)
	fmt.Fprintf(w, "\n%d Diameter and %d HTTP messages, %d lives of the SCEF, %.0f ms in all\n",
		s.rec.Count(sim.Diameter), s.rec.Count(sim.HTTP), s.lives, float64(s.took.Microseconds())/1000)
}
