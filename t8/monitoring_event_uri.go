package t8

import (
	"net/url"
	"strings"

	"github.com/scefkit/scefkit/id"
)

const (
	monitoringBase          = "/3gpp-monitoring-event/v1"
	monitoringSubscriptions = "/subscriptions"
)

// MonitoringSubscriptionsURI returns the URI of the collection of monitoring subscriptions of an SCS/AS. The API root is
// as in [NIDDConfigurationsURI] (TS 29.122 §5.3.3).
func MonitoringSubscriptionsURI(apiRoot string, scsas id.SCSASID) string {
	return strings.TrimSuffix(apiRoot, "/") + monitoringBase + "/" + url.PathEscape(string(scsas)) + monitoringSubscriptions
}

// MonitoringSubscriptionURI returns the URI of a monitoring subscription.
func MonitoringSubscriptionURI(apiRoot string, scsas id.SCSASID, subscriptionID string) string {
	return MonitoringSubscriptionsURI(apiRoot, scsas) + "/" + url.PathEscape(subscriptionID)
}

// ParseMonitoringSubscriptionURI is the reverse of [MonitoringSubscriptionURI]; any API root is accepted.
func ParseMonitoringSubscriptionURI(uri string) (scsas id.SCSASID, subscriptionID string, ok bool) {
	s, ok := splitURI(uri, monitoringBase, 3)
	if !ok || "/"+s[1] != monitoringSubscriptions {
		return "", "", false
	}
	return id.SCSASID(s[0]), s[2], true
}
