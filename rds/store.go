package rds

import (
	"cmp"
	"fmt"

	"github.com/scefkit/scefkit/store/record"
)

// AppendBinary appends the state as a record that this and later releases can read, see package record. The error is
// always nil.
func (s *State) AppendBinary(dst []byte) ([]byte, error) {
	w := record.Writer(dst)
	if s.ports.Present {
		w.Uint(1, uint64(s.ports.Source)<<4|uint64(s.ports.Destination)+1)
	}
	w.Uint(2, uint64(s.phase))
	w.Bool(3, s.suspended)
	w.Bool(4, s.confirmed)
	w.Bool(5, s.heard)
	w.Bool(6, s.recovering)
	w.Uint(7, uint64(s.va))
	w.Uint(8, uint64(s.vr))
	w.Uint(9, uint64(s.flight))
	w.Uint(10, uint64(s.sacked))
	w.Uint(11, uint64(s.resent))
	for i, h := range s.held {
		if h.there {
			var in record.Writer
			in.Uint(1, uint64(i))
			in.Bytes(2, h.data)
			w.Bytes(12, in)
		}
	}
	for i, t := range s.passed {
		if !t.IsZero() {
			var in record.Writer
			in.Uint(1, uint64(i))
			in.Time(2, t)
			w.Bytes(13, in)
		}
	}
	for _, d := range s.out {
		var in record.Writer
		in.Uint(1, d.token)
		in.Bytes(2, d.data)
		w.Element(14, string(in))
	}
	w.Uint(15, uint64(s.tries))
	w.Time(16, s.t200)
	w.Time(17, s.hold)
	w.Time(18, s.quiet)
	w.Time(19, s.wake)
	w.Uint(20, uint64(s.window))
	w.Uint(21, uint64(s.vu))
	w.Uint(22, uint64(s.vur))
	w.Uint(23, uint64(s.seen))
	w.Time(24, s.uiAt)
	if q := &s.request; q.phase != noRequest {
		var in record.Writer
		in.Uint(1, uint64(q.phase))
		in.Uint(2, uint64(q.fn))
		in.Bytes(3, q.info)
		in.Uint(4, uint64(q.tries))
		in.Time(5, q.due)
		w.Bytes(25, in)
	}
	return append(w, s.unknown...), nil
}

// UnmarshalBinary makes s what [State.AppendBinary] has written. An error wraps [record.ErrDamaged], and s is not to be
// used then. Nothing of b is kept.
func (s *State) UnmarshalBinary(b []byte) error {
	*s = State{}
	r, err := record.Read(b), error(nil)
	for r.Next() && err == nil {
		switch r.Number() {
		case 1:
			v := r.Uint() - 1
			s.ports = PortPair(small[uint8](v>>4, MaxPort, &err), uint8(v&0xF))
		case 2:
			s.phase = small(r.Uint(), phases-1, &err)
		case 3:
			s.suspended = r.Bool()
		case 4:
			s.confirmed = r.Bool()
		case 5:
			s.heard = r.Bool()
		case 6:
			s.recovering = r.Bool()
		case 7:
			s.va = small[uint8](r.Uint(), Modulus-1, &err)
		case 8:
			s.vr = small[uint8](r.Uint(), Modulus-1, &err)
		case 9:
			s.flight = small[uint8](r.Uint(), MaxWindow, &err)
		case 10:
			s.sacked = small[uint8](r.Uint(), 1<<MaxWindow-1, &err)
		case 11:
			s.resent = small[uint8](r.Uint(), 1<<MaxWindow-1, &err)
		case 12:
			in := r.Inner()
			var i uint8
			h := held{there: true}
			for in.Next() {
				switch in.Number() {
				case 1:
					i = small[uint8](in.Uint(), MaxWindow-1, &err)
				case 2:
					h.data = in.Bytes()
				}
			}
			if i == 0 {
				err = damaged("number of what was held")
			}
			s.held[i], err = h, cmp.Or(err, in.Err())
		case 13:
			in := r.Inner()
			var i uint8
			for in.Next() {
				switch in.Number() {
				case 1:
					i = small[uint8](in.Uint(), sparing-1, &err)
				case 2:
					s.passed[i] = in.Time()
				}
			}
			err = cmp.Or(err, in.Err())
		case 14:
			in := r.Inner()
			var d sdu
			for in.Next() {
				switch in.Number() {
				case 1:
					d.token = in.Uint()
				case 2:
					d.data = in.Bytes()
				}
			}
			s.out, err = append(s.out, d), cmp.Or(err, in.Err())
		case 15:
			s.tries = small[uint8](r.Uint(), 0xFF, &err)
		case 16:
			s.t200 = r.Time()
		case 17:
			s.hold = r.Time()
		case 18:
			s.quiet = r.Time()
		case 19:
			s.wake = r.Time()
		case 20:
			s.window = small[uint8](r.Uint(), MaxWindow, &err)
		case 21:
			s.vu = small[uint8](r.Uint(), Modulus-1, &err)
		case 22:
			s.vur = small[uint8](r.Uint(), Modulus-1, &err)
		case 23:
			s.seen = small[uint8](r.Uint(), 0xFF, &err)
		case 24:
			s.uiAt = r.Time()
		case 25:
			in := r.Inner()
			q := &s.request
			for in.Next() {
				switch in.Number() {
				case 1:
					q.phase = small(in.Uint(), requestPhases-1, &err)
				case 2:
					q.fn = small(in.Uint(), functions-1, &err)
				case 3:
					q.info = in.Bytes()
				case 4:
					q.tries = small[uint8](in.Uint(), 0xFF, &err)
				case 5:
					q.due = in.Time()
				}
			}
			err = cmp.Or(err, in.Err())
		default:
			s.unknown = append(s.unknown, r.Raw()...)
		}
	}
	if int(s.flight) > len(s.out) {
		err = cmp.Or(err, damaged("number of SDUs under way"))
	}
	return cmp.Or(err, r.Err())
}

// small returns v, which must not be more than most.
func small[T ~uint8](v uint64, most T, err *error) T {
	if v > uint64(most) {
		*err = cmp.Or(*err, damaged(fmt.Sprintf("%d is more than %d", v, uint8(most))))
		return 0
	}
	return T(v)
}

func damaged(what string) error { return fmt.Errorf("%w: RDS: %s", record.ErrDamaged, what) }
