/// Stored rows of a matrix that are put together each time they are read: a checkpoint may have the numbers of a row
/// elsewhere, or in another order, than blocks need. A copy next to the file would hold them in memory twice once
/// products have theirs.
package protocol RowAssembly: AnyObject, Sendable {
    /// - Parameter out: memory of a row, which need not be aligned.
    func assemble(row: Int, into out: UnsafeMutableRawPointer)
    /// The pages of a file from which these rows come.
    func pages(of rows: Range<Int>) -> [UnsafeRawBufferPointer]
}
