package diameter

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Jobs of higher classes are taken first, those of one class in their order.
func TestPoolTakesByPriority(t *testing.T) {
	var got []uint32
	p := &pool{spawn: func(func()) bool { return false }}
	p.run = func(j *job) { got = append(got, j.req.EndToEnd) }
	var batch jobQueues
	for i, priority := range []uint8{15, 10, 10, 0, 5, 3, 8, 12} {
		batch.push(&job{req: Message{EndToEnd: uint32(i)}, marks: marks{priority: priority}})
	}
	require.True(t, p.submit(&batch))
	p.stop()
	require.False(t, p.submit(&jobQueues{}))
	p.work()
	require.Equal(t, []uint32{3, 5, 4, 1, 2, 6, 0, 7}, got)
	require.Zero(t, p.queue)
}
