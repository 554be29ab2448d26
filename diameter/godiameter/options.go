package godiameter

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"
)

// Options are the optional parameters of an [Adapter]. The zero value of each field means its default.
type Options struct {
	// AnswerTimeout bounds a Do whose context has no deadline. Default 10 s.
	AnswerTimeout time.Duration

	// WriteTimeout is how long a peer may take to accept what is written to it before its connection is closed.
	// Default 10 s.
	WriteTimeout time.Duration

	// MaxPending is how many requests may wait for answers on one connection; more wait until some are answered.
	// Default 4,096.
	MaxPending int

	// MaxInFlight is how many requests of one connection may be in the hands of handlers, until their then has returned;
	// more get TOO_BUSY. Default 1,024.
	MaxInFlight int

	// Logger takes notice of the life of connections. Default: discards.
	Logger *slog.Logger
}

// withDefaults returns a copy with the defaults filled in, or what is wrong.
func (o *Options) withDefaults() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	var errs []error
	span := func(name string, v *time.Duration) {
		if *v == 0 {
			*v = 10 * time.Second
		}
		if *v < 0 {
			errs = append(errs, fmt.Errorf("godiameter: option %s is %v, below 0", name, *v))
		}
	}
	count := func(name string, v *int, def int) {
		if *v == 0 {
			*v = def
		}
		if *v < 0 || *v > math.MaxInt32 {
			errs = append(errs, fmt.Errorf("godiameter: option %s is %d, not in 1 to %d", name, *v, math.MaxInt32))
		}
	}
	span("AnswerTimeout", &c.AnswerTimeout)
	span("WriteTimeout", &c.WriteTimeout)
	count("MaxPending", &c.MaxPending, 4096)
	count("MaxInFlight", &c.MaxInFlight, 1024)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, errors.Join(errs...)
}
