package rds

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// MaxWindow is the greatest number of I frames under way; more would need headers that we do not know.
const MaxWindow = 3

// Options are what a [Machine] is made with. Zero values are the defaults.
type Options struct {
	// T200 is how long a frame waits for its acknowledgement or answer before it is sent again. 5 s; at least a second, and at
	// least twice Lifetime.
	T200 time.Duration
	// N200 is how often it is sent again, 1 to 100. 3.
	N200 int
	// N201 is the greatest length of an information field, in octets, 1 to 65,535. 1355: a link MTU of 1358 less a header.
	N201 int
	// Window is how many I frames may be under way, 1 to MaxWindow. MaxWindow. AskWindow makes it smaller.
	Window int
	// Queue is how many SDUs a link holds at most, those under way included, 3 to 1000. 16. Not in the count are up to
	// MaxWindow-1 that were received before an earlier one. None is longer than N201.
	Queue int
	// Lifetime is how long a frame may live, from the step that gives it out to the step that receives it, when frames can
	// overtake or repeat each other. See the package comment. 0: they keep their order, and each arrives once at most.
	Lifetime time.Duration
	// Remember is how long after a UI frame its repetition may come. 30 s. Later, the same N(U) is a new frame.
	Remember time.Duration
	// Codec is used for the information fields of MANAGE_PORT and SET_PARAMETERS. DefaultCodec.
	Codec Codec
}

// A Machine steps links. It keeps nothing but its options and is safe for concurrent use.
type Machine struct{ o Options }

// New returns a Machine. opts may be nil; a value out of its range is an error.
func New(opts *Options) (*Machine, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	o.T200 = cmp.Or(o.T200, 5*time.Second)
	o.N200 = cmp.Or(o.N200, 3)
	o.N201 = cmp.Or(o.N201, 1355)
	o.Window = cmp.Or(o.Window, MaxWindow)
	o.Queue = cmp.Or(o.Queue, 16)
	o.Remember = cmp.Or(o.Remember, 30*time.Second)
	if o.Codec == nil {
		o.Codec = DefaultCodec{}
	}
	between := func(what string, v, least, most int) error {
		if v < least || v > most {
			return fmt.Errorf("rds: %s is %d, not %d to %d", what, v, least, most)
		}
		return nil
	}
	err := errors.Join(
		between("N200", o.N200, 1, 100), between("N201", o.N201, 1, 65535), between("Window", o.Window, 1, MaxWindow),
		between("Queue", o.Queue, MaxWindow, 1000))
	if o.Lifetime < 0 || o.Remember < 0 {
		err = errors.Join(err, errors.New("rds: Lifetime and Remember are not negative"))
	}
	if o.T200 < time.Second || o.T200 < 2*o.Lifetime {
		err = errors.Join(err, fmt.Errorf("rds: T200 is %v, less than a second or than twice Lifetime", o.T200))
	}
	if err != nil {
		return nil, err
	}
	return &Machine{o}, nil
}
