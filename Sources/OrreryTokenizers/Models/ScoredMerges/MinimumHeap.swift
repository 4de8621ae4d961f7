/// A binary heap in an array: the least element first.
enum MinimumHeap {
    /// Puts the elements of `heap` into heap order; linear time.
    @inline(__always)
    static func order<Element>(_ heap: inout [Element], _ precedes: (Element, Element) -> Bool) {
        heap.withUnsafeMutableBufferPointer { heap in
            for place in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(place, heap, precedes) }
        }
    }

    @inline(__always)
    static func push<Element>(_ element: Element, _ heap: inout [Element], _ precedes: (Element, Element) -> Bool) {
        heap.append(element)
        heap.withUnsafeMutableBufferPointer { heap in
            var place = heap.count - 1
            while place > 0 {
                let parent = (place - 1) / 2
                guard precedes(element, heap[parent]) else { break }
                heap[place] = heap[parent]
                place = parent
            }
            heap[place] = element
        }
    }

    /// Takes out the least element.
    @inline(__always)
    static func pop<Element>(_ heap: inout [Element], _ precedes: (Element, Element) -> Bool) -> Element? {
        guard let last = heap.popLast() else { return nil }
        guard let least = heap.first else { return last }
        heap.withUnsafeMutableBufferPointer { heap in
            heap[0] = last
            sink(0, heap, precedes)
        }
        return least
    }

    @inline(__always)
    private static func sink<Element>(
        _ start: Int, _ heap: UnsafeMutableBufferPointer<Element>, _ precedes: (Element, Element) -> Bool
    ) {
        let element = heap[start]
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, precedes(heap[child + 1], heap[child]) { child += 1 }
            guard precedes(heap[child], element) else { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = element
    }
}
