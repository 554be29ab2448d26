package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/scefkit/scefkit/t8"
)

// ServeHTTP receives the notifications of all devices.
func (f *Fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.callback.ServeHTTP(w, r) }

// Notify implements [t8.Sender] for an SCEF in the same process: notifications need no sockets then. destination does not
// matter.
func (f *Fleet) Notify(ctx context.Context, _ string, body any) error {
	switch n := body.(type) {
	case *t8.NIDDUplinkDataNotification:
		return inbox{f: f}.UplinkData(ctx, n)
	case []byte: // from an outbox: how a command ended, or something that is not about commands
		var status t8.NIDDDownlinkDataDeliveryStatusNotification
		if err := json.Unmarshal(n, &status); err != nil {
			return err
		}
		return inbox{f: f}.DeliveryStatus(ctx, &status)
	}
	return fmt.Errorf("fleet: no notification: %T", body)
}

// inbox is the application server of all devices.
type inbox struct {
	t8.NIDDNotificationsBase
	f *Fleet
}

// UplinkData implements [t8.NIDDNotifications].
func (i inbox) UplinkData(_ context.Context, n *t8.NIDDUplinkDataNotification) error {
	if d, ok := i.f.device("", n.ExternalID); ok && tagOf(n.Data) > 0 {
		i.f.books.arrived(i.f.devices[d].kind, i.f.now()-time.Duration(tagOf(n.Data)-1))
	}
	return nil
}

// DeliveryStatus implements [t8.NIDDNotifications].
func (i inbox) DeliveryStatus(_ context.Context, n *t8.NIDDDownlinkDataDeliveryStatusNotification) error {
	status := string(n.DeliveryStatus)
	if strings.HasPrefix(status, "SUCCESS") || strings.HasPrefix(status, "FAILURE") {
		i.f.books.ended(deliveryOf(n.NIDDDownlinkDataTransfer), i.f.now(), n.DeliveryStatus)
	}
	return nil
}

// delivery names downlink data that the SCEF stores.
type delivery struct{ config, id string }

func deliveryOf(uri string) delivery {
	_, config, id, _ := t8.ParseNIDDDeliveryURI(uri)
	return delivery{config, id}
}
