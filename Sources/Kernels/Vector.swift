/// A contiguous run of elements in memory.
package struct Vector {
    package var pointer: UnsafeMutableRawPointer
    package var type: ElementType
    package var count: Int
    /// What keeps the memory: an operation may copy a view, and nothing else holds that copy while a kernel reads it.
    private let owner: AnyObject?

    package init(_ pointer: UnsafeMutableRawPointer, _ type: ElementType, count: Int, owner: AnyObject? = nil) {
        (self.pointer, self.type, self.count, self.owner) = (pointer, type, count, owner)
    }

    package var bytes: Int { count * type.size }

    func at(_ i: Int) -> UnsafeMutableRawPointer { pointer + i * type.size }
}
