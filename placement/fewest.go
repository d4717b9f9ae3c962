package placement

// Fewest is how many hosts like the given one first fit opens for the batches in that order, stage by stage, and for so
// many spare tasks beside them. The caller has made sure that one empty host takes each kind and a spare task.
func Fewest(like Host, kinds []Kind, config Config, order Order, spare int, stages ...[]Batch) int {
	most := 0
	for _, stage := range stages {
		for _, b := range stage {
			most += b.Tasks
		}
	}
	hosts := make([]Host, most)
	for i := range hosts {
		hosts[i] = like
	}
	f := New(hosts, kinds, config)
	opened := 0
	for _, stage := range stages {
		for _, b := range stage {
			f.want(b)
		}
		f.placeWanted(order, func(host int32) { opened = max(opened, int(host)+1) })
	}
	for _, free := range f.free[:opened] {
		spare -= f.spareOn(free)
	}
	if each := f.spareOn(like.Free); spare > 0 && each > 0 {
		opened += (spare + each - 1) / each
	}
	return opened
}

// TakesEmpty tells whether a host takes a task of the kind when nothing else is on it.
func TakesEmpty(host Host, k Kind, config Config) bool {
	return New([]Host{host}, []Kind{k}, config).takes()
}

func (f *Fleet) takes() bool {
	return f.room(&f.kinds[0], 0, 1) > 0
}
