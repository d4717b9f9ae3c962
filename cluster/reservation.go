package cluster

import "strconv"

// Percent is a reservation in percent. It is compared as it is and shown with two decimals.
type Percent float64

// MarshalJSON rounds to two decimals.
func (p Percent) MarshalJSON() ([]byte, error) {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(float64(p), 'f', 2, 64), 64)
	if err != nil {
		return nil, err
	}
	return strconv.AppendFloat(nil, rounded, 'f', -1, 64), nil
}

// Reservation is the share of each resource that placed tasks reserve. nil: no host that can take tasks has this resource,
// so there is no ratio.
type Reservation struct {
	CPU    *Percent `json:"cpu,omitempty"`
	Memory *Percent `json:"memory,omitempty"`
	GPU    *Percent `json:"gpu,omitempty"`
}

// ReservationOf is the ratio of any two amounts.
func ReservationOf(registered, reserved Resources) Reservation {
	return Reservation{
		CPU:    percent(registered.CPU, reserved.CPU),
		Memory: percent(registered.Memory, reserved.Memory),
		GPU:    percent(registered.GPU, reserved.GPU),
	}
}

// Reservation is that of the cluster, over the hosts that can take tasks.
func (s Snapshot) Reservation() Reservation {
	return ReservationOf(s.Capacity())
}

// percent multiplies before it divides. Both factors are whole and below 2^53 (see MostOfAResource), so a reservation of
// exactly the threshold compares as equal.
func percent(registered, reserved int64) *Percent {
	if registered <= 0 {
		return nil
	}
	p := Percent(float64(bounded(reserved)*100) / float64(bounded(registered)))
	return &p
}
