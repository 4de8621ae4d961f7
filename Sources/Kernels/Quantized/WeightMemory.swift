import Foundation

/// Memory for weights in an order of our own. It asks for huge pages: one thread was seen to read them twice as fast as
/// pages of 4 KiB.
final class WeightMemory: @unchecked Sendable {
    // The bytes are written by whoever makes the copy, before anybody else has it.
    let base: UnsafeMutableRawPointer

    private static let hugePage = 2 << 20

    init(byteCount: Int) {
        var result: UnsafeMutableRawPointer?
        guard posix_memalign(&result, byteCount >= Self.hugePage ? Self.hugePage : 64, max(byteCount, 64)) == 0,
            let result
        else {
            fatalError("out of memory: \(byteCount) bytes for a weight matrix")
        }
        #if os(Linux)
        // whole ones; the rest would only be wasted on one
        if byteCount >= Self.hugePage {
            madvise(result, byteCount / Self.hugePage * Self.hugePage, 14 /* MADV_HUGEPAGE */)
        }
        #endif
        base = result
    }

    deinit { free(base) }
}

extension QuantizedMatrix {
    /// Gives `copy` all rows in groups, a group being a panel of a copy, on all threads, and lets the pages of the file
    /// go that held them: the copy takes their place.
    ///
    /// - Parameter copy: receives the number of a group and `size` pointers to stored rows, nil past the last row.
    func move(groupsOf size: Int, on processor: Processor, copy: (Int, UnsafePointer<UnsafePointer<UInt8>?>) -> Void) {
        let groups = (rows + size - 1) / size
        let groupsPerTask = max(1, (1 << 20) / (size * bytesPerRow))  // a MiB a task, after which its pages can go
        processor.run(.products, (groups + groupsPerTask - 1) / groupsPerTask, bytes: 2 * byteCount) { task in
            let mine = task * groupsPerTask ..< min(groups, (task + 1) * groupsPerTask)
            let range = mine.lowerBound * size ..< min(rows, mine.upperBound * size)
            if isMapped, let bytes = bytesInOrder { mapPages(bytes, range) }
            let assembled = isAssembled ? Storage(byteCount: size * bytesPerRow) : nil
            withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: size) { pointers in
                for group in mine {
                    for r in 0 ..< size {
                        let i = group * size + r
                        let stored =
                            i < rows ? assembled.map { row(i, in: $0.pointer + r * bytesPerRow) } ?? row(i) : nil
                        pointers[r] = stored?.assumingMemoryBound(to: UInt8.self)
                    }
                    copy(group, UnsafePointer(pointers.baseAddress!))
                }
            }
            withExtendedLifetime(assembled) {}
            if isMapped, let bytes = bytesInOrder { Self.dropPages(part(bytes, range)) }
            for pages in assembledPages(of: range) { Self.dropPages(pages) }
        }
        if isMapped, bytesInOrder == nil, let bytes = allBytes { Self.dropPages(bytes) }
    }

    private func part(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound * bytesPerRow ..< range.upperBound * bytesPerRow])
    }

    /// Maps the pages of these rows in one call in place of a fault for every sixteen of them.
    private func mapPages(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        #if os(Linux)
        let part = part(bytes, range), page = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let first = UInt(bitPattern: part.baseAddress!) / page * page,
            end = UInt(bitPattern: part.baseAddress!) + UInt(part.count)
        madvise(
            UnsafeMutableRawPointer(bitPattern: first), Int(end - first),
            22 /* MADV_POPULATE_READ; older systems refuse, and nothing is lost */)
        #endif
    }

    /// Lets the pages that lie wholly inside go. They are a file's, read only, and come back when they are touched.
    static func dropPages(_ bytes: UnsafeRawBufferPointer) {
        let page = UInt(sysconf(Int32(_SC_PAGESIZE))), start = UInt(bitPattern: bytes.baseAddress!)
        let first = (start + page - 1) / page * page, end = (start + UInt(bytes.count)) / page * page
        if first < end { madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), Int32(MADV_DONTNEED)) }
    }
}
